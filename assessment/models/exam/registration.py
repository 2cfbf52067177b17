"""Who may register for an exam, until when, and what may be told of how far a candidate has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from applications.models import Decision, DecisionKind
from applications.models.content import canonical, digest
from applications.states import DecisionState
from assessment.models.exam.candidates import Candidate
from assessment.models.exam.exam import Exam
from assessment.models.exam.grades import Grade
from assessment.models.exam.grading import Mark
from assessment.models.readiness import Aim, Readiness, Standing, standings
from assessment.states import CandidateState, ExamState
from assessment.states.exam import SECRET_STATES, SITTING
from cohorts.models import Participant
from cohorts.models.team import ParticipantQuerySet
from innoskole.accounts.models import Language, User
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import Deadline, deadline, deadline_at
from innoskole.ui import formats

# They have the exam before them or behind them: who has delivered comes to no other sitting uncalled.
HAS_SAT = tuple(state for state in SITTING if state != CandidateState.REGISTERED)


def told_state(candidate: Candidate) -> str:
    """A candidate's state in words, for everybody but its examiners and the staff. Reads `exam`.

    While grading goes on it is the same for all who have delivered: nobody learns from it who has come how
    far.
    """
    is_graded = candidate.exam.state == ExamState.GRADING and candidate.state == CandidateState.DELIVERED
    if is_graded or candidate.state in SECRET_STATES:
        return _("Being graded")
    return candidate.get_state_display()


# --- Deadlines -------------------------------------------------------------------------------------------


def deregistration(exam: Exam) -> Deadline:
    """The last day on which a candidate withdraws, counted back from the day on which the paper is due.

    One query. Raises NoRule where no rule is valid on that day.
    """
    return deadline(Kind.EXAM_WITHDRAWAL, formats.local(exam.paper_due_at).date())


def deregisters_until(exam: Exam) -> datetime:
    return deadline_at(deregistration(exam).day)


# --- Who is concerned ------------------------------------------------------------------------------------


def students() -> ParticipantQuerySet:
    """Those who take part, or have completed, and whom the school has told that they are students."""
    told = Decision.objects.filter(
        member=OuterRef("member"),
        state=DecisionState.ISSUED,
        kind__in=(DecisionKind.STUDENT, DecisionKind.INDIVIDUALLY_QUALIFIED),
    )
    return Participant.objects.present().filter(Exists(told))


def undecided(exam: Exam) -> ParticipantQuerySet:
    """Students of the cohort who have neither registered nor said that they take no exam.

    Of a later sitting without those who sit or have sat an earlier one, unless the published grade is F, and
    without those who have said that they take no exam.
    """
    of_the_person = Candidate.objects.filter(participant=OuterRef("pk"))
    failed = Grade.objects.published().current().filter(candidate=OuterRef("pk"), mark=Mark.F)
    done = Q(state__in=SITTING) & ~Exists(failed) | Q(state=CandidateState.OPTED_OUT)
    earlier = of_the_person.filter(done, exam__number__lt=exam.number)
    return students().filter(
        ~Exists(of_the_person.filter(exam=exam)), ~Exists(earlier), team__cohort=exam.cohort_id
    )


def spent_attempts(participants: Iterable[Participant], *, besides: Exam) -> Mapping[int, int]:
    """Key of the participant → attempts that the person has used in other sittings, of earlier cohorts too.

    One query. Reads `member` of each.
    """
    people = list(participants)
    users = {each.member.user_id for each in people if each.member.user_id}
    rows = Candidate.objects.spent().exclude(exam=besides)
    mine = rows.filter(Q(participant__in=people) | Q(participant__member__user__in=users))
    found = list(mine.values_list("participant", "participant__member__user"))
    return {
        each.pk: sum(
            participant == each.pk or (user is not None and user == each.member.user_id)
            for participant, user in found
        )
        for each in people
    }


# --- What stands in the way ------------------------------------------------------------------------------


def obstacle(exam: Exam, standing: Standing, own: Candidate | None, *, attempts: int, now: datetime) -> str:
    """Why a participant cannot register, as a sentence to them; empty when they can. No query.

    attempts: how many they have used.
    """
    if exam.state == ExamState.PLANNED or now < exam.registration_opens_at:
        opens = {"opens": formats.moment(exam.registration_opens_at)}
        return _("The registration opens on %(opens)s.") % opens
    if exam.state != ExamState.OPEN:
        return _("The list of candidates is locked.")
    if own is not None and own.state == CandidateState.REGISTERED:
        return _("You are registered.")
    if now > exam.registration_closes_at:
        closed = {"closed": formats.moment(exam.registration_closes_at)}
        return _("The registration closed on %(closed)s. Write to the school if you could not register.") % (
            closed
        )
    if standing.aim != Aim.EXAM:
        return _("You are admitted as a course participant, and so without the right to sit the exam.")
    if attempts >= exam.most_attempts:
        return _("You have used all your attempts, %(most)s, for this exam.") % {"most": exam.most_attempts}
    if not standing.exam.is_ready:
        return _("You cannot register yet. What is missing: %(missing)s.") % {"missing": lacks(standing.exam)}
    return ""


def obstacle_to_deregistering(exam: Exam, own: Candidate | None, now: datetime) -> str:
    """Why a candidate cannot withdraw, as a sentence to them; one query where they are registered."""
    if own is None or own.state != CandidateState.REGISTERED:
        return _("You are not registered.")
    until = deregisters_until(exam)
    if now > until:
        return _(
            "The deadline for deregistering was %(until)s. Write to the school if you cannot sit the exam."
        ) % {"until": formats.moment(until)}
    return ""


def obstacle_to_opting_out(
    exam: Exam, standing: Standing, own: Candidate | None, *, has_sat: bool, now: datetime
) -> str:
    """Why somebody cannot say that they take no exam; at most one query.

    has_sat: whether they have sat an exam in another sitting.
    """
    if standing.aim != Aim.EXAM:
        return _("You are admitted as a course participant, and so without the right to sit the exam.")
    if exam.state == ExamState.PLANNED:
        opens = {"opens": formats.moment(exam.registration_opens_at)}
        return _("The registration opens on %(opens)s.") % opens
    if has_sat:
        return _("You have sat the exam.")
    if own is None or own.state == CandidateState.DEREGISTERED:
        return ""
    if own.state == CandidateState.OPTED_OUT:
        return _("You have said that you take no exam.")
    if own.state != CandidateState.REGISTERED:
        return _("You cannot opt out of this exam any more.")
    return obstacle_to_deregistering(exam, own, now)


def lacks(readiness: Readiness) -> str:
    """What is missing, in words: «Work requirement 4, Semester fee, second semester»."""
    return ", ".join(condition.label for condition in readiness.missing)


# --- The evidence of a moment ----------------------------------------------------------------------------

Evidence = list[dict[str, Any]]


def evidence_of(
    participants: Sequence[Participant], now: datetime, *, languages: Mapping[int, str] | None = None
) -> Mapping[int, Evidence]:
    """Key of the participant → the conditions of the exam as they stand, to be kept.

    languages: of the sentences, by the key of the participant; the person's own unless told. Labels are in
    English, which the page translates. As many queries for a hundred as for one, once for each language.
    """
    asked = languages or {}
    by_language: dict[str, list[Participant]] = {}
    for person in participants:
        by_language.setdefault(asked.get(person.pk) or _language(person.member.user), []).append(person)
    labels: dict[str, str] = {}
    if participants:
        with override(Language.ENGLISH):
            for one in standings(participants, now):
                labels |= {condition.key: condition.label for condition in one.exam.conditions}
    found: dict[int, Evidence] = {}
    for language, people in by_language.items():
        with override(language):
            found |= {one.participant.pk: _kept(one, labels, language) for one in standings(people, now)}
    return found


def _kept(one: Standing, labels: Mapping[str, str], language: str) -> Evidence:
    return [
        {
            "key": condition.key,
            "label": labels[condition.key],
            "is_met": condition.is_met,
            "says": condition.evidence.says,
            "language": language,
        }
        for condition in one.exam.conditions
    ]


def _language(user: User | None) -> str:
    return user.language if user else Language.BOKMAL


def digest_of(evidence: Evidence) -> str:
    """SHA-256 of the evidence in canonical form: what was kept can be proved to be what it was."""
    return digest(canonical(evidence))


class Turn(models.TextChoices):
    """How a condition differs from what it was when the list was locked."""

    LOST = "lost", gettext_lazy("No longer in place")
    GAINED = "gained", gettext_lazy("In place since")
    NEW = "new", gettext_lazy("Was not asked for then")
    GONE = "gone", gettext_lazy("Is not asked for any more")
    OTHERWISE = "otherwise", gettext_lazy("Says something else")


@dataclass(frozen=True)
class Difference:
    """label: English, translated by the page. before, after: sentences, empty where there is none."""

    turn: Turn
    label: str
    before: str
    after: str


def differences(before: Evidence, after: Evidence) -> list[Difference]:
    """What has changed between two moments, what was lost first."""
    old, new = ({each["key"]: each for each in kept} for kept in (before, after))
    found = []
    for key in [*old, *(key for key in new if key not in old)]:
        then, today = old.get(key), new.get(key)
        if then != today:
            label = (then or today or {})["label"]
            says = [each["says"] if each else "" for each in (then, today)]
            found.append(Difference(_turn(then, today), label, says[0], says[1]))
    return sorted(found, key=lambda each: list(Turn).index(each.turn))


def since_locking(candidates: Sequence[Candidate], now: datetime) -> Mapping[int, list[Difference]]:
    """Key of each candidate with kept evidence → what differs today, said in the language of then.

    So nobody who reads in another language since has another evidence. As many queries as `evidence_of`.
    """
    kept = [each for each in candidates if each.evidence]
    languages = {each.participant_id: each.evidence[0]["language"] for each in kept}
    today = evidence_of([each.participant for each in kept], now, languages=languages)
    return {each.pk: differences(each.evidence, today[each.participant_id]) for each in kept}


def _turn(then: dict[str, Any] | None, today: dict[str, Any] | None) -> Turn:
    if then is None:
        return Turn.NEW
    if today is None:
        return Turn.GONE
    if then["is_met"] != today["is_met"]:
        return Turn.GAINED if today["is_met"] else Turn.LOST
    return Turn.OTHERWISE
