"""What outsiders agree to, word for word, in the language in force when they read it."""

from django.utils.translation import gettext as _

from applications.models.application import Application
from applications.models.team import TeamMember
from applications.states import Basis
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


def invitation_text(member: TeamMember, basis: str) -> str:
    """What a nominated person agrees to. basis: the admission basis that they have been told of.

    Source: programme page, «6 samlinger à 2-3 dager, til sammen 14 dager … over to semestre på deltid».
    """
    application = member.application
    role = (
        _(
            "I am admitted as a course participant: I take part in everything, cannot sit the exam, and"
            " receive a certificate without credits."
        )
        if basis == Basis.COURSE_PARTICIPANT
        else _("I am admitted as a student: I may sit the exam, and can earn 30 credits.")
    )
    return _(
        "I take part in the innovation school for municipalities, %(intake)s, in the team of"
        " %(municipality)s. The course has six sessions of two to three days, 14 days in all, over two"
        " semesters, with work on our project between them. %(role)s"
        " I have read how the school uses my personal data, and I agree that it keeps what the municipality"
        " has written about me for as long as the course and its documentation require. My municipality can"
        " see that I have answered, and in which role I take part."
    ) % {"intake": application.intake, "municipality": application.lead, "role": role}


def letter_language(municipality: Municipality, coordinator: User) -> str:
    """The language of letters to people of a municipality without an account (språklova § 15).

    A municipality with a neutral form, or none, gets the language of the colleague who asks.
    """
    if municipality.language_form in (LanguageForm.NYNORSK, LanguageForm.BOKMAL):
        return municipality.language_form
    return coordinator.language
