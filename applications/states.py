"""States and the only table of allowed moves for each machine of this story.

Source: docs/glossary and the programme page («Opptakskriterier», «Utvelgelse av deltakende kommuner»).
`docs/states.md` is generated from `MACHINES` and compared in `make check`.
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Moves = Mapping[str, frozenset[str]]


class IntakeState(TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    LOCKED = "locked", _("Locked for the draw")
    DRAWN = "drawn", _("Drawn")
    CHECKED = "checked", _("Draw checked")
    DECIDED = "decided", _("Decided")
    PUBLISHED = "published", _("Published")
    ANNULLED = "annulled", _("Draw annulled")


INTAKE_TRANSITIONS: Moves = {
    IntakeState.PLANNED: frozenset({IntakeState.OPEN}),
    IntakeState.OPEN: frozenset({IntakeState.CLOSED}),
    IntakeState.CLOSED: frozenset({IntakeState.LOCKED, IntakeState.DECIDED}),
    IntakeState.LOCKED: frozenset({IntakeState.DRAWN, IntakeState.ANNULLED}),
    IntakeState.DRAWN: frozenset({IntakeState.CHECKED, IntakeState.ANNULLED}),
    IntakeState.CHECKED: frozenset({IntakeState.DECIDED, IntakeState.ANNULLED}),
    IntakeState.DECIDED: frozenset({IntakeState.PUBLISHED}),
    IntakeState.PUBLISHED: frozenset(),
    IntakeState.ANNULLED: frozenset({IntakeState.LOCKED, IntakeState.DECIDED}),
}


# After the deadline and outside a round of the draw: the list of applicants may still change.
LIST_IS_UNFROZEN = (IntakeState.CLOSED, IntakeState.ANNULLED)


class State(TextChoices):
    """An application's state."""

    DRAFT = "draft", _("Draft")
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting the guarantee")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    READY = "ready", _("Ready for selection")
    ADMITTED = "admitted", _("Admitted")
    WAITLISTED = "waitlisted", _("On the waiting list")
    DECLINED = "declined", _("No place")
    ENROLLED = "enrolled", _("Enrolled")
    REJECTED = "rejected", _("Rejected on formal grounds")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    NOT_SUBMITTED = "not_submitted", _("Not submitted")


TRANSITIONS: Moves = {
    State.DRAFT: frozenset({State.AWAITING_APPROVAL, State.SUBMITTED, State.WITHDRAWN, State.NOT_SUBMITTED}),
    State.AWAITING_APPROVAL: frozenset({State.DRAFT, State.SUBMITTED, State.WITHDRAWN, State.NOT_SUBMITTED}),
    State.SUBMITTED: frozenset({State.DRAFT, State.IN_REVIEW, State.WITHDRAWN}),
    State.IN_REVIEW: frozenset({State.INFORMATION_REQUESTED, State.READY, State.REJECTED, State.WITHDRAWN}),
    State.INFORMATION_REQUESTED: frozenset({State.IN_REVIEW, State.REJECTED, State.WITHDRAWN}),
    State.READY: frozenset(
        {State.IN_REVIEW, State.ADMITTED, State.WAITLISTED, State.DECLINED, State.WITHDRAWN}
    ),
    State.ADMITTED: frozenset({State.ENROLLED, State.WITHDRAWN}),
    State.WAITLISTED: frozenset({State.ADMITTED, State.DECLINED, State.WITHDRAWN}),
    State.DECLINED: frozenset(),
    State.ENROLLED: frozenset(),
    State.REJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.NOT_SUBMITTED: frozenset(),
}


class Basis(TextChoices):
    """A person's admission basis."""

    UNASSESSED = "unassessed", _("Not assessed")
    QUALIFIED = "qualified", _("Qualified")
    INDIVIDUAL_ASSESSMENT = "individual_assessment", _("Individual assessment under way")
    INDIVIDUALLY_QUALIFIED = "individually_qualified", _("Qualified after individual assessment")
    COURSE_PARTICIPANT = "course_participant", _("Course participant")


BASIS_TRANSITIONS: Moves = {
    Basis.UNASSESSED: frozenset({Basis.QUALIFIED, Basis.INDIVIDUAL_ASSESSMENT, Basis.COURSE_PARTICIPANT}),
    Basis.INDIVIDUAL_ASSESSMENT: frozenset(
        {Basis.QUALIFIED, Basis.INDIVIDUALLY_QUALIFIED, Basis.COURSE_PARTICIPANT}
    ),
    # A new version after new documents, an appeal or a mistake.
    Basis.QUALIFIED: frozenset({Basis.INDIVIDUAL_ASSESSMENT, Basis.COURSE_PARTICIPANT}),
    Basis.INDIVIDUALLY_QUALIFIED: frozenset({Basis.QUALIFIED, Basis.COURSE_PARTICIPANT}),
    Basis.COURSE_PARTICIPANT: frozenset({Basis.QUALIFIED, Basis.INDIVIDUAL_ASSESSMENT}),
}


class PartnerState(TextChoices):
    """A partner municipality's answer; only a confirmed partner has spent its one application."""

    ASKED = "asked", _("Asked")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")


PARTNER_TRANSITIONS: Moves = {
    PartnerState.ASKED: frozenset({PartnerState.CONFIRMED, PartnerState.DECLINED}),
    PartnerState.CONFIRMED: frozenset({PartnerState.DECLINED}),
    PartnerState.DECLINED: frozenset({PartnerState.ASKED}),
}


class GuaranteeState(TextChoices):
    ASKED = "asked", _("Asked")
    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")
    REPLACED = "replaced", _("Replaced by a new request")


GUARANTEE_TRANSITIONS: Moves = {
    GuaranteeState.ASKED: frozenset({GuaranteeState.GIVEN, GuaranteeState.REFUSED, GuaranteeState.REPLACED}),
    GuaranteeState.GIVEN: frozenset({GuaranteeState.REPLACED}),
    GuaranteeState.REFUSED: frozenset({GuaranteeState.REPLACED}),
    GuaranteeState.REPLACED: frozenset(),
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Intake": (IntakeState, INTAKE_TRANSITIONS),
    "Application": (State, TRANSITIONS),
    "Admission basis": (Basis, BASIS_TRANSITIONS),
    "Partner municipality": (PartnerState, PARTNER_TRANSITIONS),
    "Guarantee": (GuaranteeState, GUARANTEE_TRANSITIONS),
}
