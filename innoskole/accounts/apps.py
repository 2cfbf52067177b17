from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "innoskole.accounts"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed

        email_confirmed.connect(_take_in_confirmed_address, dispatch_uid="accounts.confirmed_address")


def _take_in_confirmed_address(email_address: Any, **kwargs: Any) -> None:
    """An address may be confirmed by its own code or by a log-in code; only the signal tells of both."""
    from django.utils import timezone

    from innoskole.accounts.actions import prove_after_verification

    now = timezone.now()
    prove_after_verification(email_address.user, now)
