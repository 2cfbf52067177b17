"""What allauth asks of us: letters through the outbox, our words, and what happens to a new person."""

import uuid
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoskole.accounts import actions
from innoskole.accounts.forms import SignupForm
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.reasons import Reason

# allauth's name of a letter → our templates/emails/<name>/.
LETTERS = {
    "account/email/login_code": "login_code",
    "account/email/email_confirmation": "confirm_address",
    "account/email/email_confirmation_signup": "confirm_address",
    "account/email/password_reset_code": "password_code",
    "account/email/unknown_account": "not_registered",
    "account/email/account_already_exists": "already_registered",
}
# allauth's name of a security notice → its sentence in templates/emails/security_notice/.
NOTICES = {
    "account/email/password_changed": _("Your password has been changed."),
    "account/email/password_set": _("A password has been set for your account."),
    "account/email/password_reset": _("Your password has been reset."),
    "account/email/email_changed": _("The e-mail address of your account has been changed."),
    "account/email/email_deleted": _("An e-mail address has been removed from your account."),
    "mfa/email/totp_activated": _("An authenticator app now protects your account."),
    "mfa/email/totp_deactivated": _("The authenticator app no longer protects your account."),
    "mfa/email/recovery_codes_generated": _("New recovery codes have been made for your account."),
}
REASONS = {
    "account": Reason(
        label=_("Log-in and account"),
        why=_(
            "You got this because somebody, most likely you, used this address to log in or to register, or"
            " changed how the account is logged in to."
        ),
    ),
}
# As long as the codes themselves are valid (settings, «People»).
CODE_LIFETIME = timedelta(minutes=15)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is already your address."),
        "email_password_mismatch": _("The e-mail address and the password do not belong together."),
        "email_taken": _("This address is already in use."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("The code is not right. Check it and try again."),
        "incorrect_password": _("The password is not right."),
        "invalid_or_expired_key": _("The code is no longer valid."),
        "invalid_login": _("The e-mail address and the password do not belong together."),
        "same_as_current": _("This is already your address."),
        "too_many_login_attempts": _("There have been too many attempts. Wait a few minutes and try again."),
        "rate_limited": _("There have been too many attempts. Wait a few minutes and try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Post allauth's letter: secret, because it may hold a code that lets its reader in."""
        now = timezone.now()
        is_notice = template_prefix in NOTICES
        outbox.post(
            key=f"account:{uuid.uuid4()}",
            kind="account",
            to=User.objects.filter(email=email.lower()).first() or email,
            template="security_notice" if is_notice else LETTERS[template_prefix],
            context={
                "code": context.get("code", ""),
                "notice": NOTICES.get(template_prefix, ""),
                "at": now,
                "login_url": settings.BASE_URL + reverse("account_login"),
                "signup_url": settings.BASE_URL + reverse("account_signup"),
                "profile_url": settings.BASE_URL + reverse("accounts:profile"),
            },
            now=now,
            secret=True,
            expires_at=now + CODE_LIFETIME if "code" in context else None,
        )

    def save_user(self, request: HttpRequest, user: User, form: SignupForm, commit: bool = True) -> User:
        """Save a new person with their municipality; two clicks at once make one person."""
        user.name = form.cleaned_data["name"]
        user.language = form.cleaned_data["language"]
        try:
            with transaction.atomic():
                super().save_user(request, user, form, commit)
                actions.register(
                    user,
                    form.cleaned_data["municipality"],
                    timezone.now(),
                )
        except IntegrityError as error:
            raise ImmediateHttpResponse(redirect("account_login")) from error
        return user

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("accounts:profile" if self.request.user.is_authenticated else "account_login")

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use your authenticator app"),
        }
        return [
            {**method, "description": words[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]
