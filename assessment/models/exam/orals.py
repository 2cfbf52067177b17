"""Which orals are to be planned, and when and where they can be: asked of the database."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from assessment.models.exam.candidates import Candidate, CandidateQuerySet
from assessment.models.exam.exam import Exam, Examiner
from assessment.models.exam.grading import Oral, OralExaminer
from assessment.models.exam.papers import Appointment, Paper, PaperQuerySet
from assessment.models.exam.progress import examiners_needed
from assessment.models.exam.redress import GradeAppeal
from assessment.states.exam import SITTING
from assessment.timetable import Group, Hour, Place, Plan, hours, plan
from innoskole.accounts.models import User
from innoskole.deadlines.reckoning import DAY, is_working_day


def with_people(orals: "QuerySet[Oral]") -> "QuerySet[Oral]":
    """With the names of the group and of the examiners; one query more."""
    who = OralExaminer.objects.select_related("examiner__user").order_by("pk")
    return orals.select_related(
        "paper__team__application__lead", "paper__exam__cohort__intake"
    ).prefetch_related(Prefetch("examiners", who))


def orals_of(exam: Exam) -> "QuerySet[Oral]":
    """The ordinary ones of a sitting, in the order of time."""
    return with_people(Oral.objects.filter(paper__exam=exam, appeal=None)).order_by("starts_at", "room", "pk")


def unplanned(exam: Exam) -> PaperQuerySet:
    """Papers of groups in which somebody sits the exam, and which have no oral; `appointed` is read along."""
    sitting = Candidate.objects.filter(paper=OuterRef("pk"), state__in=SITTING)
    planned = Oral.objects.filter(paper=OuterRef("pk"), appeal=None)
    users = Appointment.objects.filter(appeal=None).select_related("examiner__user").order_by("place")
    found = exam.papers.filter(Exists(sitting), ~Exists(planned)).with_names()
    return found.prefetch_related(Prefetch("appointments", users, to_attr="appointed")).order_by(
        "team__number"
    )


def examiners_of(paper: Paper, appeal: GradeAppeal | None = None) -> list[Examiner]:
    """Those who are appointed to the paper; with an appeal, those who grade it anew."""
    rows = Appointment.objects.filter(paper=paper, appeal=appeal).select_related("examiner__user")
    return [each.examiner for each in rows.order_by("place")]


def group_of(paper: Paper, users: Iterable[int]) -> Group:
    """Who must be there. users: keys of the examiners' accounts, the same in all sittings."""
    return Group(paper.pk, frozenset({("team", paper.team_id), *(("user", each) for each in users)}))


def standing(hour: Hour, *, besides: Oral | None = None) -> list[tuple[Oral, Place]]:
    """The orals of all sittings that share time with an hour, as the timetable sees them; two queries."""
    met = Oral.objects.filter(starts_at__lt=hour.ends, ends_at__gt=hour.starts)
    rows = with_people(met.exclude(pk=besides.pk) if besides else met).order_by("starts_at", "pk")
    return [(oral, _place(oral)) for oral in rows]


def _place(oral: Oral) -> Place:
    users = (each.examiner.user_id for each in oral.examiners.all())
    return Place(group_of(oral.paper, users), Hour(oral.starts_at, oral.ends_at), oral.room)


def examined(oral: Oral) -> CandidateQuerySet:
    """Who is examined: everybody who sits the exam in the group, or those for whom the appeal was sent."""
    if oral.appeal_id is None:
        return Candidate.objects.filter(paper=oral.paper_id, state__in=SITTING)
    return Candidate.objects.filter(appeals__appeal=oral.appeal_id, appeals__left_at=None)


# --- A proposal ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """What the school has for the orals of a sitting. rooms: in the order in which they are filled."""

    rooms: Sequence[str]
    first: time
    last: time
    minutes: int
    pause: int
    lunch: tuple[time, time] | None


@dataclass(frozen=True)
class Line:
    """One oral that is proposed."""

    paper: Paper
    examiners: Sequence[User]
    hour: Hour
    room: str


@dataclass(frozen=True)
class Proposal:
    """lines: in the order of time. full: for whom there is no hour left. lacking: who lack examiners."""

    lines: Sequence[Line]
    full: Sequence[Paper]
    lacking: Sequence[Paper]

    @property
    def seen(self) -> str:
        """What is sent along when the proposal is accepted, and must be the same then."""
        told = [
            (line.paper.pk, line.room, line.hour.starts.isoformat(), [user.pk for user in line.examiners])
            for line in self.lines
        ]
        return sha256(repr(told).encode()).hexdigest()


def proposal(exam: Exam, frame: Frame, now: datetime) -> Proposal:
    """An oral for each group that has none, on the sitting's working days that are to come; five queries.

    Orals that stand stay where they are, and so do those of other sittings.
    """
    papers = {paper.pk: paper for paper in unplanned(exam)}
    appointed = {pk: [each.examiner.user for each in _appointed(paper)] for pk, paper in papers.items()}
    ready = [pk for pk in papers if len(appointed[pk]) >= examiners_needed(exam)]
    possible = [hour for hour in _hours(exam, frame) if hour.starts > now]
    made: Plan = plan(
        [group_of(papers[pk], (user.pk for user in appointed[pk])) for pk in ready],
        hours=possible,
        rooms=frame.rooms,
        taken=_taken(possible),
    )
    lines = [
        Line(papers[each.group.key], appointed[each.group.key], each.hour, each.room) for each in made.placed
    ]
    full = [papers[group.key] for group in made.left]
    return Proposal(lines, full, [paper for pk, paper in papers.items() if pk not in ready])


def _appointed(paper: Paper) -> Sequence[Appointment]:
    return paper.appointed  # type: ignore[attr-defined, no-any-return]  # of `unplanned`


def days_of(exam: Exam) -> list[date]:
    """The working days on which its orals can be held."""
    count = (exam.oral_to_on - exam.oral_from_on).days + 1
    days = [exam.oral_from_on + number * DAY for number in range(count)]
    return [day for day in days if is_working_day(day)]


def _hours(exam: Exam, frame: Frame) -> list[Hour]:
    return hours(
        days_of(exam),
        first=frame.first,
        last=frame.last,
        minutes=frame.minutes,
        pause=frame.pause,
        lunch=frame.lunch,
        zone=timezone.get_default_timezone(),
    )


def _taken(possible: Collection[Hour]) -> list[Place]:
    if not possible:
        return []
    whole = Hour(min(hour.starts for hour in possible), max(hour.ends for hour in possible))
    return [place for _oral, place in standing(whole)]


def untold(exam: Exam) -> "QuerySet[Oral]":
    """Planned, and the group does not know."""
    return orals_of(exam).filter(told_at=None, held_at=None)
