"""What the examiners of a paper do together, each on a page that says what follows: the deeds and whose they
are now."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.administrator import ReasonForm
from applications.views.deeds import Deed, Deeds, says
from assessment.actions.exam import grading as actions
from assessment.actions.exam import results
from assessment.forms.exam_grading import AgreeForm, ConfirmForm, ProposeForm
from assessment.models import Grade, Paper, PaperGrade
from assessment.models.exam.progress import Progress, Step
from innoskole.accounts.models import User


def open_to(found: Progress, user: User, now: datetime) -> list[str]:
    """The deeds that are the person's now, the most likely first."""
    match found.step(now):
        case Step.AGREEING if found.agreement and found.agreement.proposed_by_id != user.pk:
            return ["agree", "propose"]
        case Step.AGREEING:
            return ["propose"]
        case Step.SETTING:
            return ["set"]
        case Step.CONFIRMING if found.set_by != user:
            return ["confirm"]
        case Step.READY:
            return ["reopen"]
    return []


def may_note(found: Progress, now: datetime) -> bool:
    return found.step(now) in (Step.HOLDING, Step.SETTING, Step.CONFIRMING)


def _why_not(key: str) -> Callable[[Paper, User, datetime], str]:
    """Why the deed is not the person's now, as a sentence; empty when it is."""

    def obstacle(paper: Paper, user: User, now: datetime) -> str:
        found = Progress(paper)
        if key in open_to(found, user, now):
            return ""
        if found.step(now) == Step.CONFIRMING and key == "confirm":
            return _("You have set these grades. Your colleague confirms them.")
        if found.step(now) == Step.AGREEING and key == "agree" and found.agreement:
            return _("You have proposed this grade. Your colleague agrees to it, or proposes another one.")
        return _("This cannot be done now: the state is «%(state)s».") % {"state": found.step(now).label}

    return obstacle


def _proposal(paper: Paper, now: datetime) -> dict[str, Any]:
    """A new proposal begins with the former one."""
    former = PaperGrade.objects.filter(paper=paper, appeal=None).first()
    return {"initial": {"mark": former.mark, "grounds": former.grounds} if former else {}}


def _proposed_at(paper: Paper, now: datetime) -> dict[str, Any]:
    found = Progress(paper).agreement
    return {"initial": {"seen": found.proposed_at.isoformat() if found else ""}}


def _set_now(paper: Paper, now: datetime) -> dict[str, Any]:
    keys = Grade.objects.current().filter(candidate__paper=paper).order_by("pk").values_list("pk", flat=True)
    return {"initial": {"seen": ",".join(map(str, keys))}}


NOBODY_TOLD = gettext_lazy("Nobody gets an e-mail. Only the examiners of the paper see the grade.")

DEEDS: Deeds[Paper] = {
    "propose": Deed(
        title=gettext_lazy("Propose the grade of the paper"),
        button=gettext_lazy("Propose"),
        done=gettext_lazy("The grade is proposed."),
        run=actions.propose,
        obstacle=_why_not("propose"),
        consequences=says(
            gettext_lazy(
                "Your colleague agrees to it, or proposes another one. With one examiner it stands."
            ),
            NOBODY_TOLD,
        ),
        form=ProposeForm,
        given=_proposal,
    ),
    "agree": Deed(
        title=gettext_lazy("Agree to the grade of the paper"),
        button=gettext_lazy("Agree"),
        done=gettext_lazy("You agree on the grade of the paper."),
        run=actions.agree,
        obstacle=_why_not("agree"),
        consequences=says(
            gettext_lazy("The grade of the paper stands, and is not changed before the oral."), NOBODY_TOLD
        ),
        form=AgreeForm,
        given=_proposed_at,
    ),
    "set": Deed(
        title=gettext_lazy("Set the grades"),
        button=gettext_lazy("Set the grades"),
        done=gettext_lazy("The grades are set."),
        run=results.set_grades,
        obstacle=_why_not("set"),
        consequences=says(
            gettext_lazy("Each candidate gets the grade of the paper, moved as the oral says."),
            gettext_lazy("Your colleague confirms them. With one examiner they are confirmed at once."),
            NOBODY_TOLD,
        ),
        form=forms.Form,
    ),
    "confirm": Deed(
        title=gettext_lazy("Confirm the grades"),
        button=gettext_lazy("Confirm the grades"),
        done=gettext_lazy("The grades are confirmed. The school publishes them together with all others."),
        run=results.confirm,
        obstacle=_why_not("confirm"),
        consequences=says(
            gettext_lazy("The grades are ready to be published. Until then they can be taken back."),
            gettext_lazy("If you do not agree, note the oral anew with your colleague instead."),
            NOBODY_TOLD,
        ),
        form=ConfirmForm,
        given=_set_now,
    ),
    "reopen": Deed(
        title=gettext_lazy("Take the confirmed grades back"),
        button=gettext_lazy("Take the grades back"),
        done=gettext_lazy("The grades are taken back. Note the oral anew, and set them again."),
        run=results.reopen,
        obstacle=_why_not("reopen"),
        consequences=says(
            gettext_lazy("The oral can be noted anew, and the grades are set and confirmed again."),
            gettext_lazy("The reason and the former versions are kept. Do not write a grade in the reason."),
            NOBODY_TOLD,
        ),
        form=ReasonForm,
        color="danger",
    ),
}
