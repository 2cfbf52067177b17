"""What grading anew after an appeal needs to know. What is shown to its examiners stands in `Blind`."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessment.models.exam.grading import Mark, Oral, PaperGrade, ProvisionalGrade, steps_between
from assessment.models.exam.papers import Appointment, Paper
from assessment.models.exam.progress import examiners_needed, has_submitted
from assessment.models.exam.redress import AppealCandidate, GradeAppeal
from assessment.states import GradeAppealState
from cohorts.models import Cohort
from innoskole.accounts.models import User

THIRD = Appointment.Place.THIRD


def paper_of(appeal: GradeAppeal) -> Paper:
    """The paper of the candidates of an appeal. One query."""
    return Paper.objects.with_names().get(pk__in=appeal.candidates.values("candidate__paper"))


def sees_the_grade(user: User, appeal: GradeAppeal) -> bool:
    """Whether somebody reads the grades as the cohort's staff, and so cannot grade blindly (any more)."""
    return Cohort.objects.taught_by(user).filter(pk=appeal.exam.cohort_id).exists()


def is_done(appointment: Appointment, appeal: GradeAppeal) -> bool:
    """Whether the examiner has graded, and can still stand for it: who joins the staff meanwhile cannot."""
    return has_submitted(appointment) and not sees_the_grade(appointment.examiner.user, appeal)


def lacks_somebody(appeal: GradeAppeal) -> bool:
    """Whether the school is to appoint somebody, because one was released or has joined the staff."""
    fit = {each.place for each in appointments_of(appeal) if not sees_the_grade(each.examiner.user, appeal)}
    return bool(set(places_of(appeal)) - fit)


def places_in_play(appeal: GradeAppeal) -> list[int]:
    """The places whose grades are not agreed yet; empty when all are."""
    if appeal.state == GradeAppealState.THIRD_ASSESSMENT:
        return [THIRD.value]
    if appeal.state in (GradeAppealState.RECEIVED, GradeAppealState.REGRADING):
        return list(range(1, examiners_needed(appeal.exam) + 1))
    return []


def places_of(appeal: GradeAppeal) -> list[int]:
    """The places that are to be filled, or whose examiner is not done yet; empty when none."""
    places = places_in_play(appeal)
    if not places:
        return []
    done = {each.place for each in appointments_of(appeal) if is_done(each, appeal)}
    return [place for place in places if place not in done]


def appointments_of(appeal: GradeAppeal) -> Sequence[Appointment]:
    """With the person and the provisional grade of each; one query."""
    return list(appeal.appointments.select_related("examiner__user", "grade").order_by("place"))


def is_third_needed(appeal: GradeAppeal, mark: str, candidates: Sequence[AppealCandidate]) -> bool:
    """Whether the new grade of the paper lies so far from the former that one more assesses it.

    Source: universitets- og høyskoleloven of 2005 § 5-3 (6): «avviker med to eller flere karakterer … skal
    utdanningsinstitusjonen foreta ytterligere en vurdering»; from how many is the sitting's setting.
    """
    least = appeal.exam.third_assessment_from
    return least > 0 and any(steps_between(mark, each.grade.paper_mark) >= least for each in candidates)


def middle(marks: Sequence[str]) -> str:
    """The one in the middle of an odd number of marks: of the former, the new and the further one."""
    return sorted(marks, key=Mark.values.index)[len(marks) // 2]


def clamped(mark: str, steps: int) -> str:
    """The mark that lies so many grades above, or the last one of the scale on the way there."""
    place = Mark.values.index(mark) - steps
    return str(Mark.values[min(max(place, 0), len(Mark) - 1)])


def new_paper_mark(appeal: GradeAppeal, former: str) -> str:
    """What the paper is worth after the new assessments, for a candidate whose paper got `former`.

    The grade on which the new examiners agree; with a further assessment the middle of the three. Raises
    ValueError before the assessments are complete.
    """
    agreed = PaperGrade.objects.filter(appeal=appeal, agreed_at__isnull=False).first()
    if agreed is None:
        raise ValueError("The new examiners have not agreed.")
    further = ProvisionalGrade.objects.filter(appointment__appeal=appeal, appointment__place=THIRD).first()
    if further is None:
        return agreed.mark
    if further.submitted_at is None:
        raise ValueError("The further assessment is not complete.")
    return middle([former, agreed.mark, further.mark])


@dataclass(frozen=True)
class Blind:
    """All that a new examiner sees of an appeal: the paper by its code, their own grade, and when both have
    graded the colleague's.

    Never the former grade, its grounds, its explanation, its examiners, the candidate's words, who they are,
    or how far the appeal has come besides what is asked of this person.
    """

    appeal: GradeAppeal
    paper: Paper
    own: Appointment
    grade: ProvisionalGrade | None
    colleagues: Sequence[Appointment]
    shown: Sequence[ProvisionalGrade]
    agreement: PaperGrade | None

    @property
    def has_submitted(self) -> bool:
        return self.grade is not None and self.grade.submitted_at is not None

    @property
    def is_alone(self) -> bool:
        """The further examiner, or the only one of the sitting, agrees with nobody."""
        return self.own.place == THIRD or examiners_needed(self.appeal.exam) == 1

    @property
    def may_grade(self) -> bool:
        state = GradeAppealState.THIRD_ASSESSMENT if self.own.place == THIRD else GradeAppealState.REGRADING
        return self.appeal.state == state and not self.has_submitted

    @property
    def all_submitted(self) -> bool:
        """Not while somebody is to be appointed in another's place."""
        return self.has_submitted and len(self.shown) + 1 >= examiners_needed(self.appeal.exam)

    @property
    def may_agree(self) -> bool:
        return self.appeal.state == GradeAppealState.REGRADING and not self.is_alone and self.all_submitted

    @property
    def is_asked(self) -> bool:
        """Whether the next step is this person's."""
        if self.may_agree:
            return self.agreement is None or self.agreement.proposed_by_id != self.own.examiner.user_id
        return self.may_grade


def blind(appeal: GradeAppeal, user: User) -> Blind | None:
    """What this new examiner sees; None for everybody else."""
    appointed = appointments_of(appeal)
    own = next((each for each in appointed if each.examiner.user_id == user.pk), None)
    if own is None:
        return None
    together = own.place != THIRD
    colleagues = [each for each in appointed if each != own and together and each.place != THIRD]
    grade = getattr(own, "grade", None)
    mine_is_in = grade is not None and grade.submitted_at is not None
    shown = [each.grade for each in colleagues if mine_is_in and has_submitted(each)]
    complete = mine_is_in and len(shown) + 1 >= examiners_needed(appeal.exam)
    return Blind(
        appeal,
        paper_of(appeal),
        own,
        grade,
        colleagues,
        shown,
        PaperGrade.objects.filter(appeal=appeal).first() if complete and together else None,
    )


def new_oral(appeal: GradeAppeal) -> Oral | None:
    return Oral.objects.filter(appeal=appeal).first()


def obstacle_to_joining_staff(cohort: Cohort, user: User) -> str:
    """Why somebody cannot join a cohort's staff, who reads its grades: they grade one of its papers anew."""
    if not GradeAppeal.objects.undecided().regraded_by(user).filter(exam__cohort=cohort).exists():
        return ""
    return _(
        "%(name)s grades a paper of this cohort anew after an appeal, and must not see its grades. "
        "Appoint somebody else there first, or wait until the appeal is decided."
    ) % {"name": user}
