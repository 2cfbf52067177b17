"""`python -m faults.sink PORT FILE PAUSE`: a mail server that does what the recipient's address tells it to.

Each mail that it takes becomes a line of the file before anybody is told: {"id", "to", "answered"}.

    busy-…      451 on the first two attempts
    gone-…      550, always
    hangs-…     does not answer the first attempt, and has not taken it
    swallows-…  has taken the first attempt, and does not answer
    the rest    taken, and answered after PAUSE seconds
"""

import asyncio
import email
import json
import signal
import sys
from collections import Counter
from typing import Any, TextIO

from aiosmtpd.smtp import SMTP, Envelope, Session

FOR_EVER = 3600
BUSY_TIMES = 2


class Sink:
    def __init__(self, file: TextIO, pause: float) -> None:
        self.file, self.pause = file, pause
        self.attempts: Counter[str] = Counter()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address.startswith("gone-"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        [address] = envelope.rcpt_tos
        self.attempts[address] += 1
        attempt = self.attempts[address]
        if address.startswith("busy-") and attempt <= BUSY_TIMES:
            return "451 4.2.1 Come again later"
        if address.startswith("hangs-") and attempt == 1:
            await asyncio.sleep(FOR_EVER)
        answered = not (address.startswith("swallows-") and attempt == 1)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = email.message_from_bytes(content)
        line = {"id": mail["Message-ID"], "to": address, "answered": answered}
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
        await asyncio.sleep(self.pause if answered else FOR_EVER)
        return "250 OK"


async def serve(port: int, path: str, pause: float) -> None:
    with open(path, "a", encoding="utf-8") as file:
        sink = Sink(file, pause)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(sink, hostname="sink.example.no"), "127.0.0.1", port)
        end = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, end.set)
        await end.wait()
        server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
