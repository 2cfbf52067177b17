"""What may still follow a candidate's grade: an explanation, an appeal, and when the grade is final.

Reckoned from the published grade, what has been asked for since, and the dated rules; never stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from assessment.models.exam.candidates import Candidate, CandidateQuerySet
from assessment.models.exam.grades import Grade
from assessment.models.exam.periods import Clock, Pause, run
from assessment.models.exam.redress import AppealCandidate, Explanation, GradeAppeal
from assessment.states import ExplanationState, GradeAppealState
from assessment.states.exam import UNDECIDED
from innoskole.deadlines.models import DeadlineRule, Kind
from innoskole.deadlines.rules import Deadline, by_rule, deadline, deadline_at, explain
from innoskole.ui import formats

KINDS = (Kind.EXPLANATION_REQUEST, Kind.EXPLANATION_GIVEN, Kind.GRADE_APPEAL)
ANSWERED = (GradeAppealState.DECIDED, GradeAppealState.DISMISSED)


class Rules:
    """The dated rules of all kinds that concern a grade, read at once; one query."""

    def __init__(self) -> None:
        self._rules = list(DeadlineRule.objects.filter(kind__in=KINDS).newest_first())

    def deadline(self, kind: Kind, start: date) -> Deadline:
        """As innoskole.deadlines.rules.deadline, of a day or a moment. Raises NoRule."""
        start = _day(start) if isinstance(start, datetime) else start
        for rule in self._rules:
            if rule.kind == kind and rule.valid_from_on <= start:
                return by_rule(rule, start)
        return deadline(kind, start)


@dataclass(frozen=True)
class Rights:
    """Of a candidate whose grade is published. grade: the current version; appeals: the candidate's part in
    those against it."""

    candidate: Candidate
    grade: Grade
    explanation: Explanation | None
    appeals: Sequence[AppealCandidate]
    rules: Rules

    @cached_property
    def told_on(self) -> date:
        """The day on which the grade was published, in Norway."""
        assert self.grade.published_at is not None
        return _day(self.grade.published_at)

    # --- Explanation --------------------------------------------------------------------------------

    @cached_property
    def request_due(self) -> Deadline:
        """Until when an explanation can be asked for."""
        return self.rules.deadline(Kind.EXPLANATION_REQUEST, self.told_on)

    @property
    def request_until(self) -> datetime:
        return deadline_at(self.request_due.day)

    @property
    def oral_until(self) -> datetime:
        """About the oral one asks at once: on the day on which the grade was published."""
        return deadline_at(self.told_on)

    def may_ask_about_oral(self, now: datetime) -> bool:
        has_oral = self.grade.appeal_id is None or self.candidate.exam.new_oral_after_change
        return has_oral and now <= self.oral_until

    def obstacle_to_asking(self, now: datetime) -> str:
        """Why no explanation can be asked for, as a sentence; empty when one can."""
        if self.explanation is not None:
            return {
                ExplanationState.ASKED: _("You have asked for an explanation already."),
                ExplanationState.GIVEN: _("The explanation has been given."),
                ExplanationState.WITHDRAWN: _("You have taken your request for an explanation back."),
            }[ExplanationState(self.explanation.state)]
        if now > self.request_until:
            return _("An explanation of this grade could be asked for until %(moment)s.") % {
                "moment": formats.moment(self.request_until)
            }
        return ""

    # --- Appeals ------------------------------------------------------------------------------------

    @cached_property
    def appeal_clock(self) -> Clock:
        """Until when the grade can be appealed against."""
        return self.clock(GradeAppeal.Kind.GRADE)

    @cached_property
    def fault_clock(self) -> Clock:
        """Until when a formal fault can be pointed out."""
        return self.clock(GradeAppeal.Kind.FORMAL_FAULT)

    def clock(self, kind: str) -> Clock:
        """What waits for the school's answer stops the clock: the explanation, and an appeal of the other
        kind."""
        return run(partial(self.rules.deadline, Kind.GRADE_APPEAL), self.told_on, self._pauses(kind))

    def _pauses(self, kind: str) -> Iterable[Pause]:
        if given := self.explanation:
            ended_at = given.given_at or given.withdrawn_at
            yield Pause(
                _day(given.asked_at),
                _day(ended_at) if ended_at else None,
                answered=given.state == ExplanationState.GIVEN,
            )
        for appeal in self.appeals:
            if appeal.kind != kind:
                yield Pause(
                    _day(appeal.joined_at),
                    _day(appeal.ended_at) if appeal.ended_at else None,
                    answered=appeal.state in ANSWERED,
                )

    def open_appeal(self, kind: str) -> GradeAppeal | None:
        found = (each.appeal for each in self.appeals if each.kind == kind and each.state in UNDECIDED)
        return next(found, None)

    def obstacle_to_appealing(self, kind: str) -> str:
        """Why no appeal can be sent, as a sentence; empty when one can, late or not."""
        if self.open_appeal(kind):
            return _("Your appeal has been received already.")
        if any(each.kind == kind and each.state in ANSWERED for each in self.appeals):
            return _("Your appeal has been answered. The same cannot be appealed against again.")
        if kind == GradeAppeal.Kind.GRADE and self.grade.appeal_id is not None:
            return _(
                "A grade that was set after an appeal cannot be appealed against, except for formal faults."
            )
        return ""

    def is_late(self, kind: str, now: datetime) -> bool:
        return self.clock(kind).has_run_out(_day(now))

    def due_at(self, kind: str, now: datetime) -> datetime:
        """Until when an appeal that is sent now could be sent. While the clock stands still, that is counted
        from today at the earliest."""
        clock = self.clock(kind)
        day = clock.until_on or self.rules.deadline(Kind.GRADE_APPEAL, _day(now)).day
        return deadline_at(day)

    # --- Final --------------------------------------------------------------------------------------

    def is_final(self, now: datetime) -> bool:
        """Nothing waits for an answer, and every period has run out."""
        today = _day(now)
        return (
            not any(each.state in UNDECIDED for each in self.appeals)
            and now > self.request_until
            and self.appeal_clock.has_run_out(today)
            and self.fault_clock.has_run_out(today)
        )


def _day(moment: datetime) -> date:
    return formats.local(moment).date()


def rights_of(candidates: CandidateQuerySet) -> list[Rights]:
    """Of those whose grade is published, in the order asked for; four queries, however many."""
    grades = Grade.objects.current().published().select_related("explanation", "appeal")
    against = AppealCandidate.objects.select_related("appeal").order_by("appeal__received_at", "pk")
    read = candidates.with_names().prefetch_related(
        Prefetch("grades", grades, to_attr="told_grades"), Prefetch("appeals", against, to_attr="all_appeals")
    )
    rows = list(read)
    rules = Rules()
    return [_rights(each, each.told_grades[0], rules) for each in rows if each.told_grades]  # type: ignore[attr-defined]


def rights(candidate: Candidate) -> Rights | None:
    """Of one candidate; None before publication."""
    return next(iter(rights_of(Candidate.objects.filter(pk=candidate.pk))), None)


def _rights(candidate: Candidate, grade: Grade, rules: Rules) -> Rights:
    appeals = [each for each in candidate.all_appeals if each.grade_id == grade.pk]  # type: ignore[attr-defined]
    return Rights(candidate, grade, getattr(grade, "explanation", None), appeals, rules)


def explained(clock: Clock) -> str:
    """How the last day comes about, in the active language."""
    if clock.still_since:
        return _("The period stands still since %(day)s, and begins anew on the day of the answer.") % {
            "day": formats.day(clock.still_since)
        }
    if clock.lent:
        return _(
            "The period began on %(start)s. The days on which it stood still are added, "
            "so the last day is %(day)s (%(source)s)."
        ) % {
            "start": formats.day(clock.due.start),
            "day": formats.day(clock.due.day),
            "source": clock.due.rule.legal_source,
        }
    return explain(clock.due)
