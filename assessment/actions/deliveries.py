"""Deeds of a team: keep a draft, put files beside it, deliver it, and say what one's own part was."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.uploads import Upload
from assessment.actions.moves import move
from assessment.actions.requirements import open_now
from assessment.emails import requirements as letters
from assessment.models import (
    Delivery,
    DeliveryDraft,
    DeliveryFile,
    DeliveryMember,
    Statement,
    TeamRequirement,
)
from assessment.models.records import Record, records_of
from assessment.permissions import part_in
from assessment.states import RequirementState
from assessment.states.requirements import IN_QUEUE
from cohorts.models import Participant
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

DELIVERED = gettext_noop("delivered the work requirement")
UPLOADED = gettext_noop("put a file into the draft")
REMOVED = gettext_noop("removed a file from the draft")
STATED = gettext_noop("wrote a statement of participation")
ATTEMPT = gettext_noop("attempt")
FILE = gettext_noop("file")
PERSON = gettext_noop("Person")

FILES_MAX = 10


class Conflict(Exception):
    """A colleague has saved the draft meanwhile; `theirs` is what it is now."""

    def __init__(self, theirs: DeliveryDraft) -> None:
        super().__init__("The draft has been changed by somebody else.")
        self.theirs = theirs


def locked(work: TeamRequirement) -> TeamRequirement:
    """The row as it is now, made if there is none, locked to the end of the transaction."""
    stored, _is_new = TeamRequirement.objects.get_or_create(
        requirement=work.requirement,
        team=work.team,
        participant=work.participant,
        defaults={"due_at": work.due_at},
    )
    found = TeamRequirement.objects.select_for_update(of=("self",)).with_names()
    return found.get(pk=stored.pk)


def _to_write(work: TeamRequirement, by: User, now: datetime) -> tuple[TeamRequirement, Participant]:
    """The locked work and the writer's own part in it. Raises Refused where nothing can be delivered."""
    person = part_in(by, work)
    if person is None:
        raise Refused(_("Only those who are to deliver this can do so."))
    current = locked(work)
    if current.state == RequirementState.PLANNED and _is_due_to_open(current, now) and _runs(current):
        open_now(current, now=now)
    if why_not := obstacle_to_deliver(current, expected_in(current), state=current.state):
        raise Refused(why_not)
    return current, person


def obstacle_to_deliver(work: TeamRequirement, expected: list[Participant], *, state: str) -> str:
    """Why nothing can be delivered on this track in a state, as a sentence; empty when it can.

    expected: those who are to get a result from it (`expected_in`).
    """
    if not _runs(work):
        return _("The cohort does not run, so nothing can be delivered.")
    if state == RequirementState.PLANNED:
        return _("This work requirement has not opened yet.")
    if state == RequirementState.UNDER_ASSESSMENT:
        return _("What you have delivered is being assessed. You can deliver again if it must be revised.")
    if not expected:
        return _("Nobody has anything left to deliver here.")
    return ""


def obstacle(work: TeamRequirement, now: datetime) -> str:
    """The same at a moment: that the sweep has not come by since the opening is no obstacle."""
    state = work.state
    if state == RequirementState.PLANNED and _is_due_to_open(work, now):
        state = RequirementState.OPEN
    return obstacle_to_deliver(work, expected_in(work), state=state)


def _is_due_to_open(work: TeamRequirement, now: datetime) -> bool:
    opens_at = work.requirement.opens_at
    return opens_at is not None and opens_at <= now


def _runs(work: TeamRequirement) -> bool:
    return work.team.cohort.state == CohortState.RUNNING


def records_in(work: TeamRequirement) -> list[Record]:
    """The records of those who take part on this track now: of the team, or of the one alone."""
    people = Participant.objects.filter(team=work.team_id).present().in_order()
    if work.participant_id is not None:
        people = people.filter(pk=work.participant_id)
    return records_of(list(people.values_list("pk", flat=True)), [work.requirement])


def expected_in(work: TeamRequirement) -> list[Participant]:
    """Those who are to get a result from the next delivery on this track; nobody once all that is left is
    to wait. A revision is opened by those who must revise, or whose plan says so, and not by others."""
    concerned = [each for each in records_in(work) if each.is_concerned_by(work)]
    if work.state == RequirementState.ASSESSED and not any(each.asks_for_delivery for each in concerned):
        return []
    return [each.participant for each in concerned]


# --- The draft -------------------------------------------------------------------------------------------


@transaction.atomic
def save_draft(work: TeamRequirement, text: str, *, version: int, by: User, now: datetime) -> DeliveryDraft:
    """Keep the text for the team. version: of the draft that `by` had before them, 0 for none.

    Raises Conflict when a colleague has saved another text since, Refused when nothing can be delivered.
    """
    current, _person = _to_write(work, by, now)
    draft = DeliveryDraft.objects.filter(work=current).first()
    if draft is None:
        return DeliveryDraft.objects.create(work=current, text=text, saved_by=by, saved_at=now)
    if draft.text == text:
        return draft
    if draft.version != version:
        raise Conflict(draft)
    draft.text, draft.version, draft.saved_by, draft.saved_at = text, draft.version + 1, by, now
    draft.save()
    return draft


@transaction.atomic
def add_file(work: TeamRequirement, upload: Upload, *, by: User, now: datetime) -> DeliveryFile:
    """Put a checked file beside the draft. Raises Refused for the same file, and for too many."""
    current, _person = _to_write(work, by, now)
    beside = current.files.filter(delivery=None)
    if beside.filter(digest=upload.digest).exists():
        raise Refused(_("The file “%(name)s” has been uploaded already.") % {"name": upload.name})
    if beside.count() >= FILES_MAX:
        raise Refused(_("At most %(count)s files can be delivered at once.") % {"count": FILES_MAX})
    row = DeliveryFile(
        work=current,
        original_name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
        uploaded_by=by,
        uploaded_at=now,
    )
    row.file.save(upload.name, upload.file, save=False)
    try:
        with transaction.atomic():
            row.save()
            audit.record(current, UPLOADED, by=by, now=now, changes={FILE: (None, upload.name)})
    except IntegrityError:
        row.file.storage.delete(str(row.file.name))
        raise
    return row


@transaction.atomic
def remove_file(file: DeliveryFile, *, by: User, now: datetime) -> None:
    """Take a file out of the draft; it is deleted when the transaction has committed.

    Raises Refused for a file that has been delivered.
    """
    current, _person = _to_write(file.work, by, now)
    stored = DeliveryFile.objects.filter(pk=file.pk, delivery=None).first()
    if stored is None:
        raise Refused(_("The file is no longer in the draft."))
    storage, name = stored.file.storage, str(stored.file.name)
    audit.record(current, REMOVED, by=by, now=now, changes={FILE: (stored.original_name, None)})
    stored.delete()
    transaction.on_commit(lambda: storage.delete(name), robust=True)


# --- The delivery ----------------------------------------------------------------------------------------


@transaction.atomic
def deliver(work: TeamRequirement, *, attempt: int, seen: str, by: User, now: datetime) -> Delivery:
    """Deliver the draft as an attempt, with everybody who is in the team now; each gets a receipt by mail.

    attempt: the number that the page showed. A second click, tab or colleague finds the attempt delivered
    and gets that one. seen: what stood in the draft then (`seen_in`). After the deadline it is received and
    marked as late (docs/decisions/0126). Raises Refused when nothing can be delivered, when the draft is
    empty, or when a colleague has changed it since.
    """
    if part_in(by, work) is None:
        raise Refused(_("Only those who are to deliver this can do so."))
    current = locked(work)
    if attempt <= current.attempt:
        return current.deliveries.get(attempt=attempt)
    current, _person = _to_write(work, by, now)
    draft = DeliveryDraft.objects.filter(work=current).first()
    files = list(current.files.filter(delivery=None))
    if seen != seen_in(draft, files):
        raise Refused(
            _("A colleague has changed the draft since you opened this page. Look through it again.")
        )
    text = draft.text.strip() if draft else ""
    if not text and not files:
        raise Refused(_("There is nothing to deliver yet: write a text, or add a file."))
    records = records_in(current)
    concerned = [each for each in records if each.is_concerned_by(current)]
    due_at = max((each.due_at for each in concerned if each.due_at), default=None)
    delivery = Delivery.objects.create(
        work=current,
        attempt=current.attempt + 1,
        text=text,
        delivered_by=by,
        delivered_at=now,
        due_at=due_at,
        is_late=due_at is not None and now > due_at,
    )
    DeliveryMember.objects.bulk_create(
        DeliveryMember(
            delivery=delivery,
            participant=each.participant,
            is_concerned=each.is_concerned_by(current),
        )
        for each in records
    )
    current.files.filter(delivery=None).update(delivery=delivery)
    DeliveryDraft.objects.filter(work=current).delete()
    move(
        current,
        RequirementState.DELIVERED,
        verb=DELIVERED,
        by=by,
        now=now,
        attempt=delivery.attempt,
        delivered_at=now,
    )
    letters.received(delivery, now=now)
    return delivery


def seen_in(draft: DeliveryDraft | None, files: list[DeliveryFile]) -> str:
    """What somebody has looked through before they deliver: the version of the text and the files."""
    names = "-".join(str(each.pk) for each in files)
    return f"{draft.version if draft else 0}:{names}"


# --- One's own part --------------------------------------------------------------------------------------


@transaction.atomic
def state_part(delivery: Delivery, text: str, *, by: User, now: datetime) -> Statement:
    """Say, and vouch for, what one did for a delivery; until it is assessed it may be written anew.

    Raises Refused for somebody who was not in the team at the delivery, and once it has been assessed.
    """
    current = locked(delivery.work)
    own = Participant.objects.of(by).present().filter(delivered_in__delivery=delivery).first()
    if own is None:
        raise Refused(_("Only those who were in the team at this delivery can write a statement."))
    if not is_open_to_statements(delivery, current):
        raise Refused(_("The delivery has been assessed. Your statement can no longer be changed."))
    statement, _is_new = Statement.objects.update_or_create(
        delivery=delivery, participant=own, defaults={"text": text, "confirmed_at": now}
    )
    audit.record(current, STATED, by=by, now=now, changes={PERSON: (None, own)})
    return statement


def is_open_to_statements(delivery: Delivery, work: TeamRequirement) -> bool:
    """While it lies with the school: later words could not be weighed with it."""
    return delivery.attempt == work.attempt and work.state in IN_QUEUE
