"""One application as the school sees it, and the deeds on it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications.actions import review
from applications.actions.submission import withdraw
from applications.forms.administrator import InformationRequestForm
from applications.models import Application, TeamMember
from applications.models.admission import Proposal, is_outdated, proposal_for
from applications.models.completeness import composition_remark
from applications.models.concerns import concerns
from applications.models.content import PARTS
from applications.models.readiness import READS, conditions, current_guarantee, formal_faults
from applications.models.summary import sections
from applications.models.viability import CHANGEABLE
from applications.states import LIST_IS_UNFROZEN, TRANSITIONS, State
from applications.views.administrator.queue import STATE_COLORS
from applications.views.deeds import Deed, Deeds, deed_page, offered, says
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.models import User
from innoskole.notifications.models import Message

FETCHED = ("intake", "lead__county", "coordinator", "offer")
EVIDENCE: tuple[str, ...] = (*PARTS, *READS)


LETTERS_LEFT = gettext_lazy("Done. The letters are on their way.")


Obstacle = Callable[[Application, User, datetime], str]


def _from(target: str) -> frozenset[str]:
    """The states from which the table allows a move to `target`."""
    return frozenset(state for state, targets in TRANSITIONS.items() if target in targets)


def _only_in(states: Collection[str]) -> Obstacle:
    return lambda application, user, now: "" if application.state in states else _state_is(application)


def _obstacle_to_return(application: Application, user: User, now: datetime) -> str:
    """The list that is drawn from is frozen, except for what has come after its deadline."""
    if application.state != State.READY:
        return _state_is(application)
    if application.is_late or application.intake.state in LIST_IS_UNFROZEN:
        return ""
    return _("The list of applicants is frozen for the draw.")


def _state_is(application: Application) -> str:
    return _("This cannot be done now: the state is «%(state)s».") % {
        "state": application.get_state_display()
    }


FORM_DEEDS: Deeds[Application] = {
    "request": Deed(
        title=gettext_lazy("Ask for information"),
        consequences=says(
            gettext_lazy("The coordinator gets a letter with your text, the parts and the deadline."),
            gettext_lazy(
                "The parts that you choose can be changed until the deadline; the rest stays locked."
            ),
            gettext_lazy("The formal check is to be done again afterwards."),
        ),
        button=gettext_lazy("Send the request"),
        done=LETTERS_LEFT,
        obstacle=_only_in({State.IN_REVIEW}),
        run=review.request_information,
        form=InformationRequestForm,
        given=lambda application, now: {"now": now},
    ),
    "uncheck": Deed(
        title=gettext_lazy("Undo the formal check"),
        consequences=says(
            gettext_lazy("Nobody gets mail. Your reason is kept in the history of the application."),
            gettext_lazy("The formal check is to be done again before the application can be made ready."),
        ),
        button=gettext_lazy("Undo the formal check"),
        done=gettext_lazy("The formal check is undone."),
        obstacle=lambda application, user, now: review.obstacle_to_uncheck(application),
        run=review.undo_formal_check,
    ),
    "recall": Deed(
        title=gettext_lazy("Recall the request for information"),
        consequences=says(
            gettext_lazy("The coordinator gets a letter that no answer is needed, with your reason."),
            gettext_lazy("The parts are locked again, and the application is back in review."),
            gettext_lazy(
                "What the municipality has changed meanwhile stands; then the coordinator gets a new"
                " receipt too."
            ),
        ),
        button=gettext_lazy("Recall the request"),
        done=LETTERS_LEFT,
        obstacle=_only_in({State.INFORMATION_REQUESTED}),
        run=review.recall_request,
    ),
    "reject": Deed(
        title=gettext_lazy("Reject on formal grounds"),
        consequences=says(
            gettext_lazy(
                "The decision is drawn up with its letter, which holds your reason. Nobody gets mail."
            ),
            gettext_lazy("When another person has approved it, the coordinator gets the letter."),
            gettext_lazy(
                "The application then does not take part in the selection. That cannot be undone; an appeal"
                " can reverse it."
            ),
        ),
        button=gettext_lazy("Prepare the rejection"),
        done=gettext_lazy("The rejection is prepared. Another person must approve it."),
        obstacle=_only_in(_from(State.REJECTED)),
        run=review.reject,
        color="danger",
    ),
    "return": Deed(
        title=gettext_lazy("Take back into review"),
        consequences=says(
            gettext_lazy("The coordinator gets a letter with your reason."),
            gettext_lazy(
                "The municipality is taken off the public list until the application is ready again."
            ),
        ),
        button=gettext_lazy("Take back into review"),
        done=LETTERS_LEFT,
        obstacle=_obstacle_to_return,
        run=review.return_to_review,
    ),
    "withdraw": Deed(
        title=gettext_lazy("Withdraw on behalf of the municipality"),
        consequences=says(
            gettext_lazy("The coordinator and the partner municipalities get a letter with your reason."),
            gettext_lazy("The application leaves the intake. This cannot be undone."),
        ),
        button=gettext_lazy("Withdraw the application"),
        done=LETTERS_LEFT,
        obstacle=_only_in(_from(State.WITHDRAWN)),
        run=withdraw,
        color="danger",
    ),
}


@dataclass(frozen=True)
class PlainDeed:
    """A deed that needs no form: a button on the case page."""

    label: str | Promise
    hint: str | Promise
    obstacle: Callable[[Application, datetime], str]
    run: Callable[..., Any]
    done: str | Promise


PLAIN_DEEDS: Mapping[str, PlainDeed] = {
    "review": PlainDeed(
        gettext_lazy("Take into review"),
        gettext_lazy("Nobody gets mail."),
        review.obstacle_to_review,
        review.take_into_review,
        gettext_lazy("The application is in review."),
    ),
    "check": PlainDeed(
        gettext_lazy("Pass the formal check"),
        gettext_lazy("Nobody gets mail."),
        review.obstacle_to_check,
        review.pass_formal_check,
        gettext_lazy("The formal check is passed."),
    ),
    "ready": PlainDeed(
        gettext_lazy("Make ready for selection"),
        gettext_lazy("The coordinator gets a letter, and the municipality comes on the public list."),
        review.obstacle_to_ready,
        review.make_ready,
        gettext_lazy("The application is ready for selection, and the coordinator is told."),
    ),
}


@dataclass(frozen=True)
class Person:
    """A member of the team with what the school has to decide about them."""

    member: TeamMember
    proposal: Proposal
    is_pending: bool
    is_outdated: bool
    """The decision was made on something else than what the application says now."""


@administrator_required
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything about one application, what it lacks, and what can be done."""
    application = _application(reference)
    now = timezone.now()
    found = conditions(application)
    guarantee = current_guarantee(application)
    return TemplateResponse(
        request,
        "applications/administrator/case.html",
        {
            "application": application,
            "intake": application.intake,
            "state_color": STATE_COLORS.get(application.state, "neutral"),
            "sections": sections(application),
            "composition_remark": composition_remark(application),
            "people": [_person(member) for member in application.members.all()],
            "documents": [
                document for member in application.members.all() for document in member.documents.all()
            ],
            "can_assess": application.state in (State.IN_REVIEW, *CHANGEABLE),
            "conditions": found,
            "met": sum(condition.met for condition in found),
            "requests": sorted(
                application.information_requests.all(), key=lambda each: each.pk, reverse=True
            ),
            "guarantee": guarantee,
            "concerns": concerns([application]).get(application.pk, []),
            "formal_faults": formal_faults(application),
            "decisions": application.decisions.with_letter(),
            "submissions": application.submissions.select_related("submitted_by").order_by("-number"),
            "letters": Message.objects.about(application),
            "ledger": f"?about={application._meta.label_lower}:{application.pk}",
            "plain_deeds": [
                (key, deed) for key, deed in PLAIN_DEEDS.items() if not deed.obstacle(application, now)
            ],
            "form_deeds": offered(FORM_DEEDS, application, person(request), now),
        },
    )


@administrator_required
@require_POST
def case_plain(request: HttpRequest, reference: str, deed: str) -> HttpResponse:
    """Take into review, pass the formal check, or make ready."""
    if deed not in PLAIN_DEEDS:
        raise Http404
    application = _application(reference)
    try:
        PLAIN_DEEDS[deed].run(application, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(PLAIN_DEEDS[deed].done))
    return redirect("applications:case", reference)


@administrator_required
def case_form(request: HttpRequest, reference: str, deed: str) -> HttpResponse:
    """A deed that needs a reason or a question, on a page of its own."""
    application = _application(reference)
    return deed_page(
        request,
        FORM_DEEDS,
        deed,
        application,
        template="applications/administrator/case_form.html",
        back=reverse("applications:case", args=[reference]),
        context={"application": application, "intake": application.intake},
    )


def _application(reference: str) -> Application:
    return get_object_or_404(
        Application.objects.select_related(*FETCHED).prefetch_related(*EVIDENCE), reference=reference
    )


def _person(member: TeamMember) -> Person:
    return Person(
        member,
        proposal_for(member),
        is_pending=any(one.is_pending for one in member.assessments.all()),
        is_outdated=is_outdated(member),
    )
