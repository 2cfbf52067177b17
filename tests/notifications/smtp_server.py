"""A mail server on a real socket that answers each command as the test tells it to, or falls silent."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HANG = "hang"
HANG_UP = "hang up"
GREETING = "greeting"
TEXT = "text"  # the answer to the letter itself, after the last dot

USUAL = {
    GREETING: "220 test ready",
    "EHLO": "250-test\r\n250-STARTTLS\r\n250 AUTH PLAIN",
    "HELO": "250 test",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go ahead",
    TEXT: "250 taken",
    "RSET": "250 ok",
    "NOOP": "250 ok",
    "QUIT": "221 bye",
}


class Server(socketserver.ThreadingTCPServer):
    """replies: verb → answer; one that ends in HANG breaks off there, and nothing more comes."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, replies: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.replies = USUAL | replies
        self.letters: list[bytes] = []
        self.conversations = 0
        self.is_over = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]


class Silence(Exception):
    """The conversation ends here."""


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.conversations += 1
        try:
            self.answer(GREETING)
            while line := self.rfile.readline():
                self.answer_to(line.split()[0].decode("ascii", "replace").upper() if line.split() else "")
        except (Silence, OSError):
            pass

    def answer_to(self, verb: str) -> None:
        self.answer(verb)
        if verb == "DATA" and self.server.replies[verb].startswith("354"):
            self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.answer(TEXT)

    def answer(self, verb: str) -> None:
        reply = self.server.replies.get(verb, "500 what?")
        if reply == HANG_UP:
            raise Silence
        if reply == HANG or reply.endswith(HANG):
            self.wfile.write(reply.removesuffix(HANG).encode())
            self.server.is_over.wait(30)
            raise Silence
        self.wfile.write(f"{reply}\r\n".encode())


@contextmanager
def running(**replies: str) -> Iterator[Server]:
    with Server(replies) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            server.shutdown()
            thread.join()
