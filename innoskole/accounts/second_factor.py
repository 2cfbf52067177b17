"""The second factor: our words, secrets encrypted at rest, and no way round it for those who need it."""

import base64
from functools import cache
from hashlib import sha256
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from innoskole.accounts.models import User
from innoskole.accounts.roles import needs_second_factor


@cache
def _vault(*secrets: str) -> MultiFernet:
    keys = [sha256(f"second factor:{secret}".encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def vault() -> MultiFernet:
    """Encrypts with a key made of SECRET_KEY, and reads what the keys in SECRET_KEY_FALLBACKS wrote."""
    return _vault(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("You cannot change your address while a second factor protects the account."),
        "cannot_delete_authenticator": _("Your role asks for a second factor, so it cannot be turned off."),
        "cannot_generate_recovery_codes": _("Set up an authenticator app before you make recovery codes."),
        "incorrect_code": _("The code is not right. Check it and try again."),
        "unverified_email": _("Confirm your address before you set up a second factor."),
        "rate_limited": _("You have tried too many times. Wait a few minutes and try again."),
    }

    def encrypt(self, text: str) -> str:
        return vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user: Any = authenticator.user
        return not (settings.REQUIRE_SECOND_FACTOR and isinstance(user, User) and needs_second_factor(user))
