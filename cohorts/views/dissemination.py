"""How a team tells of its project: presentations, and the public page with the consents behind it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions.drafts import Conflict
from applications.views.deeds import Deed, deed_page, offered, says
from cohorts.actions import dissemination as actions
from cohorts.forms.dissemination import AgreeForm, NothingForm, PageForm
from cohorts.models import LibraryEntry, PageAnswer, Participant, PresentationKind, Project
from cohorts.permissions import teaches, works_in
from cohorts.views.project import conflict_page, project_for, team_context
from innoskole.accounts.guards import person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User


def dissemination(request: HttpRequest, reference: str) -> HttpResponse:
    """The presentations with their counts, and where the public page stands."""
    found = project_for(request, reference)
    rows = list(found.presentation_set.select_related("file").prefetch_related("presenters__member"))
    counts = Counter(row.kind for row in rows)
    entry = LibraryEntry.objects.filter(project=found).first()
    return TemplateResponse(
        request,
        "cohorts/dissemination/dissemination.html",
        {
            **team_context(request, found),
            "works_in": works_in(person(request), found.team),
            "presentations": rows,
            "counts": [(kind.label, counts[kind]) for kind in PresentationKind if counts[kind]],
            "entry": entry,
            "standing": standing(entry) if entry else None,
        },
    )


# --- The public page --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What somebody has said: a sentence, since when, and the colour of its tag."""

    who: str
    says: str
    color: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """Where a page stands. status: a sentence; color: of its alert."""

    is_public: bool
    status: str
    color: str
    answers: list[Answer]


def standing(entry: LibraryEntry) -> Standing:
    """Whether a team's page is public, and what is lacking if not. Five queries."""
    assert entry.project is not None
    people = Participant.objects.present().filter(team=entry.project.team_id)
    given = {answer.participant_id: answer for answer in entry.answers.all()}
    answers = [
        _answer(entry, str(each), given.get(each.pk)) for each in people.select_related("member").in_order()
    ]
    answers.append(_answer(entry, str(entry.municipality), given.get(None)))
    is_public = LibraryEntry.objects.public().filter(pk=entry.pk).exists()
    team_agrees = LibraryEntry.objects.agreed_by_team().filter(pk=entry.pk).exists()
    if is_public:
        status, color = _("The page is public."), "success"
    elif entry.unpublished_at:
        status, color = _("The school has taken the page down."), "warning"
    elif not team_agrees:
        status = _("The page is not public: it waits for the team. Two of you must agree, and nobody object.")
        color = "info"
    elif (no := given.get(None)) and not no.agrees:
        status, color = _("The page is not public: the municipality has said no."), "warning"
    else:
        status, color = _("The page is not public: it waits for the municipality."), "info"
    return Standing(is_public, status, color, answers)


def _answer(entry: LibraryEntry, who: str, given: PageAnswer | None) -> Answer:
    if given is None:
        return Answer(who, _("Has not answered"), "neutral", None)
    if not given.agrees:
        return Answer(who, _("Says no"), "warning", given.answered_at)
    if given.digest != entry.digest:
        return Answer(who, _("Agreed to an earlier text"), "neutral", given.answered_at)
    return Answer(who, _("Agrees"), "success", given.answered_at)


def team_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The page as the public would read it, who agrees to it, and what this person can do."""
    found, entry = _entry(request, reference)
    user = person(request)
    return TemplateResponse(
        request,
        "cohorts/dissemination/team_page.html",
        {
            **team_context(request, found),
            "works_in": works_in(user, found.team),
            "entry": entry,
            "standing": standing(entry) if entry else None,
            "deeds": offered(DEEDS, entry, user, timezone.now()) if entry else [],
        },
    )


def _entry(request: HttpRequest, reference: str) -> tuple[Project, LibraryEntry | None]:
    found = project_for(request, reference)
    entry = LibraryEntry.objects.with_names().filter(project=found).first()
    if entry:
        entry.project = found
    return found, entry


def team_page_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """Write the page; the first time the project's own texts stand there."""
    found, entry = _entry(request, reference)
    user = person(request)
    if not works_in(user, found.team):
        raise Http404
    saved = {**entry.content(), "version": entry.digest} if entry else _proposal(found)
    form = PageForm(request.POST or kept_post(request), initial=saved, instance=LibraryEntry(project=found))
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_page(
                found,
                form.values(),
                version=form.cleaned_data["version"],
                by=user,
                now=timezone.now(),
            )
        except Conflict as conflict:
            return conflict_page(request, found.team, form, conflict, form.values())
        messages.success(request, _("The page is saved. Read it once more, and agree to it."))
        return redirect("cohorts:team_page", reference)
    return TemplateResponse(
        request,
        "cohorts/dissemination/team_page_edit.html",
        {
            **team_context(request, found),
            "form": form,
            "standing": standing(entry) if entry else None,
            "back": reverse("cohorts:team_page", args=[reference]),
        },
    )


def _proposal(found: Project) -> dict[str, Any]:
    return {
        "title": found.problem_title,
        "problem": found.problem_statement,
        "sectors": found.problem_sectors,
        "language": found.team.application.lead.letter_language,
    }


def page_deed(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Agree or object, or (for the staff) take the page down and allow it again."""
    found, entry = _entry(request, reference)
    if entry is None or not _is_theirs(key, person(request), found):
        raise Http404
    return deed_page(
        request,
        DEEDS,
        key,
        entry,
        template="cohorts/dissemination/page_deed.html",
        back=reverse("cohorts:team_page", args=[reference]),
        context={"team": found.team, "entry": entry},
    )


def _is_theirs(key: str, user: User, found: Project) -> bool:
    """The team answers; the staff takes down."""
    if key in ("agree", "object"):
        return works_in(user, found.team)
    return teaches(user, found.team.cohort)


def _own_answer(entry: LibraryEntry, user: User) -> PageAnswer | None:
    return entry.answers.filter(participant__in=Participant.objects.of(user).present()).first()


def _cannot_answer(entry: LibraryEntry, user: User) -> str:
    assert entry.project is not None
    if works_in(user, entry.project.team):
        return ""
    return _("Only those who take part in the team can answer.")


def _cannot_agree(entry: LibraryEntry, user: User, now: datetime) -> str:
    given = _own_answer(entry, user)
    if given and given.agrees and given.digest == entry.digest:
        return _("You have agreed to this page already.")
    return _cannot_answer(entry, user)


def _cannot_object(entry: LibraryEntry, user: User, now: datetime) -> str:
    given = _own_answer(entry, user)
    if given and not given.agrees:
        return _("You have said no already.")
    return _cannot_answer(entry, user)


def _cannot_take_down(entry: LibraryEntry, user: User, now: datetime) -> str:
    assert entry.project is not None
    if not teaches(user, entry.project.team.cohort):
        return _("Only the staff of the cohort can do this.")
    return _("The page is taken down already.") if entry.unpublished_at else ""


def _cannot_allow(entry: LibraryEntry, user: User, now: datetime) -> str:
    assert entry.project is not None
    if not teaches(user, entry.project.team.cohort):
        return _("Only the staff of the cohort can do this.")
    return "" if entry.unpublished_at else _("The page has not been taken down.")


DEEDS = {
    "agree": Deed(
        title=gettext_lazy("Agree that the page is public"),
        button=gettext_lazy("I agree"),
        done=gettext_lazy("You have agreed to the page."),
        run=actions.agree,
        obstacle=_cannot_agree,
        consequences=says(
            gettext_lazy(
                "When two of the team agree and nobody objects, the contact person of the municipality gets"
                " an e-mail with the question whether the municipality agrees."
            ),
            gettext_lazy("When the municipality agrees too, everybody can read the page and find it."),
            gettext_lazy("When somebody changes the text, you are asked again."),
            gettext_lazy("You can say no at any time; the page is then gone at once."),
        ),
        form=AgreeForm,
        given=lambda entry, now: {"digest": entry.digest},
    ),
    "object": Deed(
        title=gettext_lazy("Say no to the page being public"),
        button=gettext_lazy("I say no"),
        done=gettext_lazy("You have said no. The page is not public."),
        run=actions.object_to,
        obstacle=_cannot_object,
        consequences=says(
            gettext_lazy("The page is not public from this moment, whoever else agrees."),
            gettext_lazy("Nobody gets an e-mail; your team sees your answer."),
            gettext_lazy("You can agree later."),
        ),
        form=NothingForm,
        color="danger",
    ),
    "take-down": Deed(
        title=gettext_lazy("Take the page down"),
        button=gettext_lazy("Take the page down"),
        done=gettext_lazy("The page is taken down."),
        run=actions.take_down,
        obstacle=_cannot_take_down,
        consequences=says(
            gettext_lazy("Nobody can read the page from this moment, whoever agrees to it."),
            gettext_lazy(
                "Everybody in the team and the contact person of the municipality get an e-mail with the"
                " reason."
            ),
            gettext_lazy("You can allow the page again."),
        ),
        color="danger",
    ),
    "allow": Deed(
        title=gettext_lazy("Allow the page again"),
        button=gettext_lazy("Allow the page"),
        done=gettext_lazy("The page is allowed again."),
        run=actions.allow_again,
        obstacle=_cannot_allow,
        consequences=says(
            gettext_lazy(
                "The page is public again if the team and the municipality agree to what stands there."
            ),
            gettext_lazy("Everybody in the team gets an e-mail."),
        ),
        form=NothingForm,
    ),
}
