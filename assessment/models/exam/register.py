"""Everybody of a cohort against one exam, as the staff sees it: how far each has come, never the grade."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.candidates import Candidate
from assessment.models.exam.exam import Exam
from assessment.models.exam.registration import lacks
from assessment.models.readiness import Aim, Standing, standings
from assessment.states import CandidateState, ExamState
from cohorts.models import Participant
from innoskole.municipalities.names import sort_key


class Place(models.TextChoices):
    """Where a student stands: without a row it is reckoned, with one it is the candidate's state."""

    NOT_READY = "not_ready", _("Not ready")
    READY = "ready", _("Ready, and not registered")
    OPTED_OUT = CandidateState.OPTED_OUT.value, CandidateState.OPTED_OUT.label
    REGISTERED = CandidateState.REGISTERED.value, CandidateState.REGISTERED.label
    DEREGISTERED = CandidateState.DEREGISTERED.value, CandidateState.DEREGISTERED.label
    ABSENT = CandidateState.ABSENT.value, CandidateState.ABSENT.label
    VALID_ABSENCE = CandidateState.VALID_ABSENCE.value, CandidateState.VALID_ABSENCE.label
    DELIVERED = CandidateState.DELIVERED.value, CandidateState.DELIVERED.label
    PAPER_GRADED = CandidateState.PAPER_GRADED.value, CandidateState.PAPER_GRADED.label
    ORAL_HELD = CandidateState.ORAL_HELD.value, CandidateState.ORAL_HELD.label
    GRADE_SET = CandidateState.GRADE_SET.value, CandidateState.GRADE_SET.label
    PUBLISHED = CandidateState.PUBLISHED.value, CandidateState.PUBLISHED.label
    FINAL = CandidateState.FINAL.value, CandidateState.FINAL.label


COLORS = {
    Place.REGISTERED: "info",
    Place.ABSENT: "warning",
    Place.NOT_READY: "warning",
}


@dataclass(frozen=True)
class Row:
    """missing: what a student lacks now, in words; empty for one who is not to register any more."""

    participant: Participant
    candidate: Candidate | None
    place: Place
    missing: str

    @property
    def color(self) -> str:
        return COLORS.get(self.place, "neutral")

    def let_through(self, text: str, state: str) -> bool:
        words = f"{self.participant} {self.participant.team}".casefold()
        return (not state or self.place == state) and all(word in words for word in text.casefold().split())


def register_of(exam: Exam, now: datetime) -> list[Row]:
    """The candidates; and until the list is locked, the cohort's other students too. By team and order.

    As many queries for a hundred as for one.
    """
    rows = exam.candidates.with_names().select_related("participant__team__cohort__intake")
    candidates = {each.participant_id: each for each in rows}
    everybody = {pk: each.participant for pk, each in candidates.items()}
    if exam.state in (ExamState.PLANNED, ExamState.OPEN):
        present = Participant.objects.filter(team__cohort=exam.cohort_id).present()
        everybody |= {each.pk: each for each in present.with_names() if each.pk not in everybody}
    people = sorted(everybody.values(), key=lambda each: (each.team.number, each.began_on, each.pk))
    if exam.state not in (ExamState.PLANNED, ExamState.OPEN):
        return [_row(each, candidates[each.pk], None) for each in people]
    return [
        _row(one.participant, candidates.get(one.participant.pk), one)
        for one in standings(people, now)
        if one.aim == Aim.EXAM or one.participant.pk in candidates
    ]


def _row(person: Participant, candidate: Candidate | None, one: Standing | None) -> Row:
    missing = lacks(one.exam) if one is not None and not one.exam.is_ready else ""
    if candidate is not None:
        is_asked = candidate.state == CandidateState.REGISTERED
        return Row(person, candidate, Place(candidate.state), missing if is_asked else "")
    return Row(person, None, Place.NOT_READY if missing else Place.READY, missing)


def counted(rows: Iterable[Row]) -> list[tuple[Place, int]]:
    """How many stand where, in the order of an exam; places where nobody stands are left out."""
    found = [row.place for row in rows]
    return [(place, found.count(place)) for place in Place if place in found]


def in_order(rows: Sequence[Row], sort: str) -> list[Row]:
    """By a column of the list, «-key» turned; those who are alike stand by team."""
    keys = {
        "team": lambda row: row.participant.team.number,
        "name": lambda row: sort_key(row.participant.member.name),
        "state": lambda row: list(Place).index(row.place),
    }
    return sorted(rows, key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))
