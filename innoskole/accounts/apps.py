from functools import partial
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_noop

PASSWORDS = {
    "password_set": gettext_noop("set a password"),
    "password_changed": gettext_noop("changed the password"),
    "password_reset": gettext_noop("replaced a forgotten password"),
}
# By what is added, removed or made anew: recovery codes come and go with the app, which is not told.
SECOND_FACTORS = {
    "authenticator_added": ("totp", gettext_noop("set up a second factor")),
    "authenticator_removed": ("totp", gettext_noop("turned off the second factor")),
    "authenticator_reset": ("recovery_codes", gettext_noop("made new recovery codes")),
}


class AccountsConfig(AppConfig):
    name = "innoskole.accounts"

    def ready(self) -> None:
        from allauth.account import signals as account
        from allauth.mfa import signals as second_factor

        account.email_confirmed.connect(_take_in_confirmed_address, dispatch_uid="accounts.confirmed_address")
        account.email_changed.connect(_note_address, dispatch_uid="accounts.address")
        for name, verb in PASSWORDS.items():
            signal = getattr(account, name)
            signal.connect(partial(_note_password, verb), weak=False, dispatch_uid="accounts.history")
        for name, (kind, verb) in SECOND_FACTORS.items():
            signal = getattr(second_factor, name)
            signal.connect(
                partial(_note_second_factor, kind, verb), weak=False, dispatch_uid="accounts.history"
            )


def _take_in_confirmed_address(email_address: Any, **kwargs: Any) -> None:
    """An address may be confirmed by its own code or by a log-in code; only the signal tells of both."""
    from django.utils import timezone

    from innoskole.accounts.actions import prove_after_verification

    now = timezone.now()
    prove_after_verification(email_address.user, now)


def _note_address(user: Any, from_email_address: Any, to_email_address: Any, **kwargs: Any) -> None:
    """The address is the identity: the history keeps the former one."""
    former = from_email_address.email if from_email_address else None
    _note(user, gettext_noop("changed the address"), {"email": (former, to_email_address.email)})


def _note_password(verb: str, user: Any, **kwargs: Any) -> None:
    _note(user, verb)


def _note_second_factor(kind: str, verb: str, user: Any, authenticator: Any, **kwargs: Any) -> None:
    if authenticator.type == kind:
        _note(user, verb)


def _note(user: Any, verb: str, changes: dict[str, tuple[Any, Any]] | None = None) -> None:
    from django.utils import timezone

    from innoskole.accounts import audit

    audit.record(user, verb, by=user, now=timezone.now(), changes=changes)
