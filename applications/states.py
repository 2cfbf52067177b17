"""States and the only table of allowed moves for each machine of this story.

Source: docs/glossary and the programme page («Opptakskriterier», «Utvelgelse av deltakende kommuner»).
`docs/states.md` is generated from `MACHINES` and compared in `make check`.
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Moves = Mapping[str, frozenset[str]]


class IntakeState(TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    LOCKED = "locked", _("Locked for the draw")
    DRAWN = "drawn", _("Drawn")
    CHECKED = "checked", _("Draw checked")
    DECIDED = "decided", pgettext_lazy("selection", "Decided")
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
    State.ADMITTED: frozenset({State.ENROLLED, State.DECLINED, State.WITHDRAWN}),
    State.WAITLISTED: frozenset({State.ADMITTED, State.DECLINED, State.WITHDRAWN}),
    State.DECLINED: frozenset({State.ADMITTED}),  # only by a reversal of the decision
    State.ENROLLED: frozenset({State.DECLINED}),  # given up before the course begins
    State.REJECTED: frozenset({State.IN_REVIEW, State.ADMITTED}),  # likewise: before and after the draw
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


class Participation(TextChoices):
    """Where a nominated person stands; a reserve is named, and takes part only as a replacement."""

    NOMINATED = "nominated", _("Nominated")
    RESERVE = "reserve", _("Reserve")
    INVITED = "invited", _("Invited")
    CONFIRMED = "confirmed", _("Confirmed")
    ACTIVE = "active", _("Active")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPLACED = "replaced", _("Replaced")


PARTICIPATION_TRANSITIONS: Moves = {
    Participation.NOMINATED: frozenset(
        {Participation.INVITED, Participation.RESERVE, Participation.WITHDRAWN, Participation.REPLACED}
    ),
    Participation.RESERVE: frozenset(
        {Participation.NOMINATED, Participation.INVITED, Participation.WITHDRAWN}
    ),
    Participation.INVITED: frozenset(
        {Participation.CONFIRMED, Participation.WITHDRAWN, Participation.REPLACED}
    ),
    Participation.CONFIRMED: frozenset(
        {Participation.ACTIVE, Participation.WITHDRAWN, Participation.REPLACED}
    ),
    Participation.ACTIVE: frozenset(
        {Participation.COMPLETED, Participation.WITHDRAWN, Participation.REPLACED}
    ),
    Participation.COMPLETED: frozenset({Participation.ACTIVE}),  # when a completed cohort is opened again
    # Opened again after a misclick, while the team has room.
    Participation.WITHDRAWN: frozenset(
        {Participation.NOMINATED, Participation.INVITED, Participation.ACTIVE, Participation.REPLACED}
    ),
    Participation.REPLACED: frozenset(),
}

# Those who make up a team now.
IN_TEAM = (
    Participation.NOMINATED,
    Participation.INVITED,
    Participation.CONFIRMED,
    Participation.ACTIVE,
    Participation.COMPLETED,
)

# Those for whom the course has begun.
BEGUN = (Participation.ACTIVE, Participation.COMPLETED)


class InterestState(TextChoices):
    """What came of an employee's interest in the internal call."""

    INTERESTED = "interested", _("Interested")
    NOMINATED = "nominated", _("Nominated")
    RESERVE = "reserve", _("Reserve")
    NOT_CHOSEN = "not_chosen", _("Not chosen")
    WITHDRAWN = "withdrawn", _("Withdrawn")


INTEREST_TRANSITIONS: Moves = {
    InterestState.INTERESTED: frozenset(
        {
            InterestState.NOMINATED,
            InterestState.RESERVE,
            InterestState.NOT_CHOSEN,
            InterestState.WITHDRAWN,
        }
    ),
    InterestState.NOMINATED: frozenset(),
    InterestState.RESERVE: frozenset({InterestState.NOMINATED, InterestState.NOT_CHOSEN}),
    InterestState.NOT_CHOSEN: frozenset(),
    InterestState.WITHDRAWN: frozenset(),
}


class DecisionState(TextChoices):
    """Decided now, told later: until it is issued, nobody outside the school knows of a decision."""

    PREPARED = "prepared", _("Prepared")
    APPROVED = "approved", _("Approved, not yet sent")
    ISSUED = "issued", _("Issued")
    SUPERSEDED = "superseded", _("Replaced by a new decision")
    VOID = "void", _("Void")


DECISION_TRANSITIONS: Moves = {
    DecisionState.PREPARED: frozenset({DecisionState.APPROVED, DecisionState.VOID}),
    DecisionState.APPROVED: frozenset({DecisionState.ISSUED, DecisionState.VOID}),
    DecisionState.ISSUED: frozenset({DecisionState.SUPERSEDED}),
    DecisionState.SUPERSEDED: frozenset(),
    DecisionState.VOID: frozenset(),
}


class ReleaseState(TextChoices):
    """A batch of decisions that leave at the same minute."""

    PREPARED = "prepared", _("Prepared")
    APPROVED = "approved", _("Approved, waits for its minute")
    RELEASED = "released", _("Released")
    CANCELLED = "cancelled", _("Cancelled")


RELEASE_TRANSITIONS: Moves = {
    ReleaseState.PREPARED: frozenset({ReleaseState.APPROVED, ReleaseState.CANCELLED}),
    ReleaseState.APPROVED: frozenset({ReleaseState.RELEASED, ReleaseState.CANCELLED}),
    ReleaseState.RELEASED: frozenset(),
    ReleaseState.CANCELLED: frozenset(),
}


class OfferState(TextChoices):
    """The offer of a place. It holds a place from prepared to accepted."""

    WAITING = "waiting", _("On the waiting list")
    PREPARED = "prepared", _("Prepared")
    SENT = "sent", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn by the school")


OFFER_TRANSITIONS: Moves = {
    OfferState.WAITING: frozenset({OfferState.PREPARED, OfferState.DECLINED, OfferState.WITHDRAWN}),
    # Declined by whoever withdraws the application without knowing of the place.
    OfferState.PREPARED: frozenset(
        {OfferState.SENT, OfferState.WAITING, OfferState.DECLINED, OfferState.WITHDRAWN}
    ),
    OfferState.SENT: frozenset(
        {OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN}
    ),
    # A place that is given up after the answer is declined; staff undo a misclick while a place is free.
    OfferState.ACCEPTED: frozenset({OfferState.DECLINED, OfferState.WITHDRAWN, OfferState.SENT}),
    OfferState.DECLINED: frozenset({OfferState.SENT}),
    OfferState.EXPIRED: frozenset({OfferState.SENT}),
    # By a reversal: a free place, or the next one that becomes free.
    OfferState.WITHDRAWN: frozenset({OfferState.PREPARED, OfferState.WAITING}),
}

HOLDS_A_PLACE = (OfferState.PREPARED, OfferState.SENT, OfferState.ACCEPTED)


class AppealState(TextChoices):
    RECEIVED = "received", _("Received")
    IN_PREPARATION = "in_preparation", _("In preparation")
    REVERSED = "reversed", _("Reversed by the school")
    SENT_TO_BOARD = "sent_to_board", _("Sent to the appeals board")
    UPHELD = "upheld", _("Upheld by the appeals board")
    NOT_UPHELD = "not_upheld", _("Not upheld by the appeals board")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn by the appellant")


APPEAL_TRANSITIONS: Moves = {
    AppealState.RECEIVED: frozenset(
        {AppealState.IN_PREPARATION, AppealState.DISMISSED, AppealState.WITHDRAWN}
    ),
    AppealState.IN_PREPARATION: frozenset(
        {AppealState.REVERSED, AppealState.SENT_TO_BOARD, AppealState.DISMISSED, AppealState.WITHDRAWN}
    ),
    AppealState.SENT_TO_BOARD: frozenset(
        {AppealState.UPHELD, AppealState.NOT_UPHELD, AppealState.DISMISSED, AppealState.WITHDRAWN}
    ),
    AppealState.REVERSED: frozenset(),
    AppealState.UPHELD: frozenset(),
    AppealState.NOT_UPHELD: frozenset(),
    AppealState.DISMISSED: frozenset(),
    AppealState.WITHDRAWN: frozenset(),
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Intake": (IntakeState, INTAKE_TRANSITIONS),
    "Application": (State, TRANSITIONS),
    "Admission basis": (Basis, BASIS_TRANSITIONS),
    "Partner municipality": (PartnerState, PARTNER_TRANSITIONS),
    "Guarantee": (GuaranteeState, GUARANTEE_TRANSITIONS),
    "Participation of a person": (Participation, PARTICIPATION_TRANSITIONS),
    "Interest in the internal call": (InterestState, INTEREST_TRANSITIONS),
    "Decision": (DecisionState, DECISION_TRANSITIONS),
    "Release of decisions": (ReleaseState, RELEASE_TRANSITIONS),
    "Offer": (OfferState, OFFER_TRANSITIONS),
    "Appeal": (AppealState, APPEAL_TRANSITIONS),
}
