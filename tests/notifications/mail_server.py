"""A mail server of the test's own: takes letters, refuses them, or dies at a chosen moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Killed(BaseException):
    """The worker's process dies: no handler may catch it."""


@dataclass
class Server:
    taken: list[EmailMessage] = field(default_factory=list)
    on_open: BaseException | None = None
    before_taking: BaseException | None = None
    after_taking: BaseException | None = None
    on_close: BaseException | None = None
    meanwhile: Callable[[], object] = lambda: None

    def ids(self) -> list[str]:
        return [mail.message()["Message-ID"] for mail in self.taken]


now_playing = Server()


class Backend(BaseEmailBackend):
    def open(self) -> bool:
        if now_playing.on_open:
            raise now_playing.on_open
        return True

    def send_messages(self, messages: list[EmailMessage]) -> int:
        now_playing.meanwhile()
        if now_playing.before_taking:
            raise now_playing.before_taking
        for mail in messages:
            mail.message()
        now_playing.taken += messages
        if now_playing.after_taking:
            raise now_playing.after_taking
        return len(messages)

    def close(self) -> None:
        if now_playing.on_close:
            raise now_playing.on_close
