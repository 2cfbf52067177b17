"""What outsiders agree to, word for word, in the language in force when they read it."""

from django.utils.translation import gettext as _

from applications.models.application import Application
from innoskole.accounts.models import User
from innoskole.municipalities.models import LanguageForm, Municipality


def guarantee_text(application: Application) -> str:
    """Source: programme page, «Kommunene som søker garanterer deltakelse for minimum 3 personer …»."""
    intake = application.intake
    return _(
        "%(municipality)s guarantees that at least %(minimum)s and at most %(maximum)s people, from at least"
        " %(sectors)s different sectors, take part in the innovation school of %(intake)s, and that they are"
        " given the time that the sessions and the work between them require."
    ) % {
        "municipality": application.lead,
        "minimum": intake.team_min,
        "maximum": intake.team_max,
        "sectors": intake.sectors_min,
        "intake": intake,
    }


def letter_language(municipality: Municipality, coordinator: User) -> str:
    """The language of letters to people of a municipality without an account (språklova § 15).

    A municipality with a neutral form, or none, gets the language of the colleague who asks.
    """
    if municipality.language_form in (LanguageForm.NYNORSK, LanguageForm.BOKMAL):
        return municipality.language_form
    return coordinator.language
