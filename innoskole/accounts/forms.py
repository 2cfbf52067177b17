"""Forms: allauth's in our words, and our own."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from innoskole.accounts.models import DomainException, Language, User
from innoskole.accounts.roles import Role
from innoskole.municipalities.forms import MunicipalityField

Words = dict[str, Any]  # field name → str, lazily translated

EMAIL = _("E-mail address")
CODE = _("Code from the e-mail")
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
PASSWORD_HINT = _("At least 12 characters. A few words that do not belong together make a good password.")


class InOurWords:
    """Gives the fields of one of allauth's forms our labels and hints, and takes away its placeholders.

    A new password is typed once: a person who mistypes it logs in with a code.
    """

    fields: dict[str, forms.Field]
    labels: ClassVar[Words] = {}
    hints: ClassVar[Words] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if field.widget.attrs.get("autocomplete") == "one-time-code":
                field.widget.attrs["autocapitalize"] = "characters"


class LoginForm(InOurWords, account.LoginForm):  # type: ignore[misc]
    labels = {"login": EMAIL, "password": PASSWORD}


class SignupForm(InOurWords, account.SignupForm):  # type: ignore[misc]
    """Registration of somebody who will act for a municipality."""

    labels = {"email": EMAIL, "password1": PASSWORD}
    hints = {
        "email": _("Use your address at the municipality, so that we can see that you work there."),
        "password1": _(
            "At least 12 characters. Leave it empty if you would rather get a one-time code by e-mail "
            "each time you log in."
        ),
        "municipality": _("The municipality that you will apply for."),
    }
    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    municipality = MunicipalityField(label=_("Municipality"))
    language = forms.ChoiceField(
        label=_("Language of pages and e-mails"), choices=Language.choices, initial=get_language
    )
    field_order = ["email", "name", "municipality", "language", "password1"]


class RequestLoginCodeForm(InOurWords, account.RequestLoginCodeForm):  # type: ignore[misc]
    labels = {"email": EMAIL}


class ConfirmLoginCodeForm(InOurWords, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    labels = {"code": CODE}


class ConfirmAddressForm(InOurWords, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    labels = {"code": CODE}


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": EMAIL}


class ConfirmPasswordResetCodeForm(InOurWords, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    labels = {"code": CODE}


class NewPasswordForm(InOurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": NEW_PASSWORD}
    hints = {"password1": PASSWORD_HINT}


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):  # type: ignore[misc]
    labels = {"oldpassword": _("Present password"), "password1": NEW_PASSWORD}
    hints = {"password1": PASSWORD_HINT}


class SetPasswordForm(InOurWords, account.SetPasswordForm):  # type: ignore[misc]
    labels = {"password1": NEW_PASSWORD}
    hints = {"password1": PASSWORD_HINT}


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):  # type: ignore[misc]
    labels = {"password": PASSWORD}


class NewAddressForm(InOurWords, account.AddEmailForm):  # type: ignore[misc]
    labels = {"email": _("New e-mail address")}


class SecondFactorForm(InOurWords, mfa.AuthenticateForm):  # type: ignore[misc]
    labels = {"code": _("Code from the app")}
    hints = {"code": _("Six digits from your authenticator app, or one of your recovery codes.")}


class SecondFactorAgainForm(InOurWords, mfa.ReauthenticateForm):  # type: ignore[misc]
    labels = SecondFactorForm.labels
    hints = SecondFactorForm.hints


class ActivateSecondFactorForm(InOurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    labels = {"code": _("Code from the app")}
    hints = {"code": _("The six digits that the app shows now.")}

    def clean_code(self) -> str:
        code: str = super().clean_code()
        # The person has just shown the second factor: do not ask for it again on the next page.
        record_authentication(context.request, self.user, "mfa", type="totp", reauthenticated=True)
        return code


# --- Ours -----------------------------------------------------------------------------------------


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"name": _("Your name"), "language": _("Language of pages and e-mails")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class PeopleFilter(forms.Form):
    """Filter of the list of people."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *Role.choices])
    account = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("All")),
            ("open", pgettext_lazy("account", "Open")),
            ("closed", pgettext_lazy("account", "Closed")),
        ],
    )


class NewPersonForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["email", "name", "language"]
        labels = {"email": EMAIL, "name": _("Name"), "language": _("Language of pages and e-mails")}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class ReasonForm(forms.Form):
    """Why an administrator does what they do; it stands in the history."""

    reason = forms.CharField(label=_("Reason"), max_length=1000)


class DomainExceptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A mail domain that proves a municipality."""

    municipality = MunicipalityField(label=_("Municipality"))

    class Meta:
        model = DomainException
        fields = ["domain", "municipality"]
        labels = {"domain": _("Mail domain")}
        help_texts = {"domain": _("What stands after @ in the addresses, for example heroy-no.kommune.no.")}

    def clean_domain(self) -> str:
        domain = str(self.cleaned_data["domain"]).strip().lower().removeprefix("@")
        forms.EmailField(
            error_messages={"invalid": _("Write a domain, for example heroy-no.kommune.no.")}
        ).clean(f"somebody@{domain}")
        return domain
