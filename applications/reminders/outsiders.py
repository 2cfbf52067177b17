"""What people are reminded of who need no account: a partner municipality, the approver, an invited person.

Each gets the same link as in the letter that asked first.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import tokens
from applications.emails.people import language_of
from applications.models import (
    ApplicantMunicipality,
    Guarantee,
    InformationRequest,
    MunicipalityRole,
    Part,
    TeamMember,
)
from applications.models.promises import letter_language
from applications.reminders.municipality import takes_changes
from applications.states import GuaranteeState, OfferState, Participation, PartnerState, State
from innoskole.reminders.kinds import Kind, Recipient
from innoskole.reminders.steps import Rule


def _answerable(rows: "QuerySet[Any]", part: Part, *states: State) -> "QuerySet[Any]":
    """Those whose answer still counts, with `due_at`: content.answer_by and content.open_parts as a query.

    states: of an application that is not sent in. After it only a request that unlocks the part counts.
    """
    requests = InformationRequest.objects.open().filter(application=OuterRef("application"))
    unlocking = requests.annotate(names=Cast("parts", TextField())).filter(names__contains=f'"{part}"')
    unsent = takes_changes("application__") & Q(application__state__in=states)
    asked = Q(Exists(unlocking), application__state=State.INFORMATION_REQUESTED)
    rows = rows.filter(unsent | asked).annotate(
        due_at=Coalesce(
            Subquery(requests.values("due_at")[:1]),
            "application__late_filling__closes_at",
            "application__intake__closes_at",
        )
    )
    return rows.select_related("application__intake", "application__lead", "application__coordinator")


# --- A partner municipality -----------------------------------------------------------------------


def _unanswered_partners() -> "QuerySet[ApplicantMunicipality]":
    rows = ApplicantMunicipality.objects.filter(role=MunicipalityRole.PARTNER, state=PartnerState.ASKED)
    return _answerable(rows.select_related("municipality"), Part.MUNICIPALITY, State.DRAFT)


def _contact_of(part: ApplicantMunicipality) -> Iterator[Recipient]:
    language = letter_language(part.municipality, part.application.coordinator)
    yield Recipient(part.asked_email, "", language)


PARTNER = Kind(
    key="partner",
    label=gettext_lazy("A partner municipality's answer"),
    demand=gettext_lazy("Answer by {when}"),
    why=gettext_lazy(
        "You get this because another municipality has asked yours to apply together with it, and has given"
        " your address."
    ),
    open=_unanswered_partners,
    due_field="due_at",
    since_field="asked_at",
    to=_contact_of,
    title=lambda part: (
        _("Shall %(municipality)s take part in the application of %(lead)s?")
        % {"municipality": part.municipality, "lead": part.application.lead}
    ),
    url=lambda part, recipient: tokens.partner_url(part),
    scope=lambda part: part.application.intake.slug,
    about=lambda part: part.application,
)


# --- The approver's guarantee ---------------------------------------------------------------------


def _unanswered_guarantees() -> "QuerySet[Guarantee]":
    rows = Guarantee.objects.filter(state=GuaranteeState.ASKED)
    return _answerable(rows, Part.GUARANTEE, State.DRAFT, State.AWAITING_APPROVAL)


def _approver_of(guarantee: Guarantee) -> Iterator[Recipient]:
    application = guarantee.application
    language = letter_language(application.lead, application.coordinator)
    yield Recipient(guarantee.approver_email, guarantee.approver_name, language)


GUARANTEE = Kind(
    key="guarantee",
    label=gettext_lazy("The approver's guarantee"),
    demand=gettext_lazy("Answer by {when}"),
    why=gettext_lazy(
        "You get this because the contact person has asked you to guarantee, on behalf of the municipality,"
        " that its team takes part."
    ),
    open=_unanswered_guarantees,
    due_field="due_at",
    since_field="asked_at",
    to=_approver_of,
    title=lambda guarantee: (
        _("The guarantee for the application of %(municipality)s")
        % {"municipality": guarantee.application.lead}
    ),
    url=lambda guarantee, recipient: tokens.guarantee_url(guarantee),
    scope=lambda guarantee: guarantee.application.intake.slug,
    about=lambda guarantee: guarantee.application,
)


# --- An invited person ----------------------------------------------------------------------------


def _unanswered_invitations() -> "QuerySet[TeamMember]":
    rows = TeamMember.objects.filter(
        participation=Participation.INVITED,
        invited_at__isnull=False,
        application__state__in=(State.ADMITTED, State.ENROLLED),
        application__offer__state=OfferState.ACCEPTED,
    )
    return rows.select_related("user", "application__intake", "application__lead", "application__coordinator")


def _person(member: TeamMember) -> Iterator[Recipient]:
    """The person on the address of the team, as the invitation went there; not with a closed account."""
    if member.user is None or member.user.is_active:
        yield Recipient(member.email, member.name, language_of(member))


INVITATION = Kind(
    key="invitation",
    label=gettext_lazy("A person's answer to the invitation"),
    demand=gettext_lazy("Answer the invitation"),
    why=gettext_lazy("You get this because your municipality has named you for its team."),
    open=_unanswered_invitations,
    due_field="invited_at",
    since_field="invited_at",
    to=_person,
    title=lambda member: (
        _("You are invited to the innovation school with %(municipality)s")
        % {"municipality": member.application.lead}
    ),
    url=lambda member, recipient: tokens.invitation_url(member),
    scope=lambda member: member.application.intake.slug,
    about=lambda member: member.application,
    rule=Rule(before=(), every=5, most=3),
    is_deadline=False,
)
