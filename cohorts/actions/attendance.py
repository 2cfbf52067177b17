"""Registering attendance, taking it back, and apologies beforehand."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.emails import attendance as emails
from cohorts.models import Apology, Attendance, Cohort, Half, Participant, SessionDay
from cohorts.models.attendance import HalfDay, everybody_on, sheets
from cohorts.models.attendance_count import Status
from cohorts.permissions import teaches
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

REGISTERED = gettext_noop("registered attendance")
CORRECTED = gettext_noop("corrected the attendance")
TAKEN_BACK = gettext_noop("took back the registration of attendance")
APOLOGISED = gettext_noop("sent an apology")
APOLOGY_TAKEN_BACK = gettext_noop("took back an apology")
DOWNLOADED = gettext_noop("downloaded the list of attendance")

HALF = gettext_noop("Half-day")
# The labels of Status and Half in the source language, as the history keeps them.
NAMES = {
    Status.PRESENT: gettext_noop("Present"),
    Status.ABSENT: gettext_noop("Not present"),
    Status.EXCUSED: gettext_noop("Away with an apology"),
}
HALF_NAMES = {Half.MORNING: gettext_noop("Before lunch"), Half.AFTERNOON: gettext_noop("After lunch")}


@dataclass(frozen=True)
class Mark:
    """What is said of one participant, by key. seen: the status that stood there when they said it, or empty.

    note: None leaves the note as it is.
    """

    participant: int
    status: str
    seen: str = ""
    note: str | None = None


class Overtaken(Refused):
    """Somebody else has registered another thing meanwhile.

    found: participant key → the status that stands. says: participant key → who registered what, and when.
    """

    def __init__(self, rows: Sequence[Attendance]) -> None:
        super().__init__(
            _(
                "Somebody else has registered this half-day meanwhile. What differs from yours is marked"
                " below; nothing of yours is saved yet."
            )
        )
        self.found = {row.participant_id: row.status for row in rows}
        self.says = {
            row.participant_id: _("%(name)s registered «%(status)s» %(when)s.")
            % {
                "name": row.registered_by,
                "status": row.get_status_display(),
                "when": formats.moment(row.registered_at, "short"),
            }
            for row in rows
        }


@transaction.atomic
def register(
    day: SessionDay, half: str, marks: Sequence[Mark], *, reason: str = "", by: User, now: datetime
) -> int:
    """Register who was there on a half-day, or correct it; gives how many rows are new or changed.

    Who was away beforehand with an apology has their reason for it blanked: it has served. Who can no longer
    reach the requirement gets one letter.

    Raises Refused for a day to come, for somebody who does not take part on it, and for another status than
    the one that stands without a reason; Overtaken, with nothing changed, when what the person saw no longer
    stands.
    """
    _lock(day, half, by=by, now=now)
    people = {person.pk: person for person in everybody_on(day)}
    if any(mark.participant not in people for mark in marks):
        raise Refused(_("One of these does not take part on this day. Reload the page."))
    rows = Attendance.objects.filter(day=day, half=half).select_related("registered_by")
    standing = {row.participant_id: row for row in rows}
    overtaken = [standing[mark.participant] for mark in marks if _is_overtaken(mark, standing)]
    if overtaken:
        raise Overtaken(overtaken)
    if not reason.strip() and any(_corrects(mark, standing) for mark in marks):
        raise Refused(_("You change what is registered: say why."))
    new = [mark for mark in marks if mark.participant not in standing]
    Attendance.objects.bulk_create(
        Attendance(
            participant_id=mark.participant,
            day=day,
            half=half,
            status=mark.status,
            note=(mark.note or "").strip(),
            registered_by=by,
            registered_at=now,
        )
        for mark in new
    )
    changed = [
        mark.participant
        for mark in marks
        if mark.participant in standing
        and _change(standing[mark.participant], mark, reason=reason.strip(), by=by, now=now)
    ]
    Apology.objects.filter(day=day, half=half).exclude(reason="").update(reason="")
    if new:
        numbers = Counter(mark.status for mark in new)
        changes: dict[str, tuple[int, int]] = {
            NAMES[status]: (0, numbers[status]) for status in Status if numbers[status]
        }
        audit.record(day, REGISTERED, by=by, now=now, changes={HALF: ("", _name(half)), **changes})
    touched = [*changed, *(mark.participant for mark in new)]
    _tell([people[pk] for pk in touched], now=now)
    return len(touched)


@transaction.atomic
def take_back(day: SessionDay, half: str, *, reason: str, by: User, now: datetime) -> int:
    """Remove the registration of a half-day, as after a wrong choice of half; gives how many rows went.

    Raises Refused without a reason, and when nothing is registered.
    """
    _lock(day, half, by=by, now=now)
    rows = Attendance.objects.filter(day=day, half=half).select_related("participant__member")
    if not reason.strip():
        raise Refused(_("Say why the registration is taken back."))
    names: dict[str, list[str]] = defaultdict(list)
    for row in rows.order_by("participant__team__number", "participant"):
        names[row.status].append(str(row.participant))
    if not names:
        raise Refused(_("Nothing is registered for this half-day."))
    gone: dict[str, tuple[list[str], list[str]]] = {
        NAMES[status]: (names[status], []) for status in Status if names[status]
    }
    audit.record(
        day, TAKEN_BACK, by=by, now=now, changes={HALF: (_name(half), ""), **gone}, reason=reason.strip()
    )
    rows.delete()
    _tell(list(everybody_on(day)), now=now)
    return sum(len(each) for each in names.values())


@transaction.atomic
def apologise(
    participant: Participant, halves: Sequence[HalfDay], *, reason: str = "", by: User, now: datetime
) -> None:
    """Tell beforehand that a participant will be away; an apology that stands gets the new reason.

    Raises Refused when a half-day has begun, or is not one at which the person is expected.
    """
    if not halves:
        raise Refused(_("Choose at least one half-day."))
    for each in halves:
        _require_own(participant, each, by=by)
        if each.starts_at <= now:
            raise Refused(
                _("%(day)s, %(half)s has begun. Tell the instructors instead.")
                % {"day": formats.day(each.day.held_on, weekday=True), "half": each.half.label}
            )
    for each in halves:
        _apology, is_new = Apology.objects.update_or_create(
            participant=participant,
            day=each.day,
            half=each.half,
            defaults={"reason": reason.strip()},
            create_defaults={"reason": reason.strip(), "sent_at": now},
        )
        if is_new:
            audit.record(participant, APOLOGISED, by=by, now=now, changes=_on(each, sent=True))


@transaction.atomic
def take_back_apology(apology: Apology, *, by: User, now: datetime) -> None:
    """The participant comes after all. Raises Refused when the half-day has begun."""
    half_day = HalfDay(apology.day, Half(apology.half))
    _require_own(apology.participant, half_day, by=by)
    if half_day.starts_at <= now:
        raise Refused(_("The half-day has begun: the instructors register whether you are there."))
    audit.record(apology.participant, APOLOGY_TAKEN_BACK, by=by, now=now, changes=_on(half_day, sent=False))
    apology.delete()


def record_download(
    cohort: Cohort, *, filters: str, rows: int, file_name: str, by: User, now: datetime
) -> None:
    """Write down that a person took a list of attendance out of the program, and which one."""
    changes = {
        gettext_noop("File"): ("", file_name),
        gettext_noop("Filter"): ("", filters),
        gettext_noop("Rows"): ("", rows),
    }
    audit.record(cohort, DOWNLOADED, by=by, now=now, changes=changes)


def _lock(day: SessionDay, half: str, *, by: User, now: datetime) -> None:
    """Lock the cohort, so that of two registrations the second sees the first, also in its letters."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=day.session.cohort_id)
    if not teaches(by, cohort):
        raise Refused(_("Only the instructors of the cohort and course administrators register attendance."))
    if half not in day.half_days:
        raise Refused(_("Attendance is not registered of this half of the day."))
    if day.held_on > formats.local(now).date():
        raise Refused(_("Attendance is registered from the day itself on."))


def _is_overtaken(mark: Mark, standing: Mapping[int, Attendance]) -> bool:
    row = standing.get(mark.participant)
    return row is not None and row.status not in (mark.seen, mark.status)


def _corrects(mark: Mark, standing: Mapping[int, Attendance]) -> bool:
    row = standing.get(mark.participant)
    return row is not None and row.status != mark.status


def _change(row: Attendance, mark: Mark, *, reason: str, by: User, now: datetime) -> bool:
    note = row.note if mark.note is None else mark.note.strip()
    changes = {"status": (row.status, mark.status), "note": (row.note, note)}
    if all(old == new for old, new in changes.values()):
        return False
    row.status, row.note, row.registered_by, row.registered_at = mark.status, note, by, now
    row.save()
    audit.record(row, CORRECTED, by=by, now=now, changes=changes, reason=reason)
    return True


def _tell(people: Sequence[Participant], *, now: datetime) -> None:
    """A letter to those who cannot reach the requirement any more; none on its way to those who can again."""
    found = [sheet for sheet in sheets(people).values() if sheet.participant.is_present]
    emails.recall_out_of_reach([each.participant for each in found if each.count.can_reach], now=now)
    for sheet in found:
        if not sheet.count.can_reach:
            emails.out_of_reach(sheet, now=now)


def _require_own(participant: Participant, half_day: HalfDay, *, by: User) -> None:
    is_own = participant.member.user_id == by.pk and participant.is_present
    if not is_own or not Participant.objects.filter(pk=participant.pk).on(half_day.day.held_on).exists():
        raise Refused(_("You do not take part in the course on this day."))
    if (
        half_day.day.session.cohort_id != participant.team.cohort_id
        or half_day.half not in half_day.day.half_days
    ):
        raise Refused(_("Attendance is not registered of this half of the day."))


def _on(half_day: HalfDay, *, sent: bool) -> audit.Changes:
    day = half_day.day.held_on
    return {
        gettext_noop("Day"): (None, day) if sent else (day, None),
        HALF: ("", _name(half_day.half)) if sent else (_name(half_day.half), ""),
    }


def _name(half: str) -> str:
    return HALF_NAMES[Half(half)]
