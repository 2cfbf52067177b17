"""Peer contributions in a team's room: what it asks, gives and gets, and who has given what."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cohorts.actions import contributions as actions
from cohorts.forms.contributions import ContributionForm, QuestionForm, ThankForm
from cohorts.models import Contribution, Participant, PeerPair, PeerQuestion, PeerRound, Team
from cohorts.models.contribution_ledger import accounts_of, problem_of
from cohorts.permissions import teaches, works_in
from cohorts.states.contributions import ContributionState, RoundState
from cohorts.views.rooms import team_for
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User


def contributions(request: HttpRequest, reference: str) -> HttpResponse:
    """What the team asks others, whom it gives to, what it has got, and the ledger.

    A participant sees their own line of the ledger, the staff everybody's.
    """
    team, user, now = team_for(request, reference), person(request), timezone.now()
    is_staff = teaches(user, team.cohort)
    people = Participant.objects.present().filter(team=team)
    rounds = PeerRound.objects.opened().filter(pairs__receiver=team).distinct().in_order()
    got = Contribution.objects.counted().given().filter(pair__receiver=team).with_names().in_order()
    return TemplateResponse(
        request,
        "cohorts/contributions/contributions.html",
        {
            "team": team,
            "questions": _questions(team, list(rounds), now),
            "gives": _gives(team, user),
            "got": got,
            "accounts": accounts_of(people if is_staff else people.of(user)),
            "is_staff": is_staff,
            "is_member": works_in(user, team),
            "now": now,
        },
    )


def contribution_question(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What the team would like feedback on in a round."""
    team = team_for(request, reference)
    rounds = PeerRound.objects.opened().filter(cohort=team.cohort, pairs__receiver=team).distinct()
    found = get_object_or_404(rounds, number=number)
    known = PeerQuestion.objects.filter(round=found, team=team).select_related("changed_by").first()
    text = known.text if known else ""
    data = request.POST if request.method == "POST" else kept_post(request)
    form = QuestionForm(data, initial={"text": text, "seen": text})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.ask(
                found,
                team=team,
                text=said["text"],
                seen=said["seen"].replace("\r\n", "\n"),
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. The teams that give you feedback see it."))
            return redirect(_page(team))
    context = {"team": team, "round": found, "form": form, "known": known}
    return TemplateResponse(request, "cohorts/contributions/question.html", context)


def contribution(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The other team's project and question, and one's own feedback to it. The staff read what is given.

    In the room of the team that gives.
    """
    team, user, now = team_for(request, reference), person(request), timezone.now()
    pairs = PeerPair.objects.filter(giver=team, round__state=RoundState.OPEN).select_related(
        "round__cohort", "giver__application__lead", "receiver__application__lead"
    )
    pair = get_object_or_404(pairs, pk=pk)
    me = Participant.objects.of(user).present().filter(team=team).select_related("member").first()
    rows = Contribution.objects.filter(pair=pair).with_names().in_order()
    own = rows.filter(participant=me).first() if me else None
    may_write = me is not None and not (
        own and own.state == ContributionState.GIVEN and pair.round.is_over(now)
    )
    data = request.POST if request.method == "POST" else kept_post(request)
    form = ContributionForm(data, instance=own) if may_write else None
    if request.method == "POST" and form is not None and me is not None and form.is_valid():
        try:
            written = actions.write(
                pair,
                participant=me,
                is_given="give" in request.POST,
                by=user,
                now=now,
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _after(written))
            return redirect("cohorts:contribution", team.reference, pair.pk)
    return TemplateResponse(
        request,
        "cohorts/contributions/contribution.html",
        {
            "team": team,
            "pair": pair,
            "round": pair.round,
            "is_over": pair.round.is_over(now),
            "problem": problem_of(pair.receiver),
            "question": PeerQuestion.objects.filter(round=pair.round, team=pair.receiver).first(),
            "form": form,
            "own": own,
            "others": [row for row in rows.given() if own is None or row.pk != own.pk or not may_write],
        },
    )


@require_POST
def contribution_thank(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The team that got a contribution thanks for it; only who takes part in it can."""
    team, user = team_for(request, reference), person(request)
    got = get_object_or_404(Contribution.objects.counted().given().filter(pair__receiver=team), pk=pk)
    form = ThankForm(request.POST)
    if not works_in(user, team):
        messages.error(request, _("Only the team that got it can thank for it."))
    elif form.is_valid():
        try:
            actions.thank(got, is_useful=form.cleaned_data["is_useful"], by=user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(f"{_page(team)}#got")


def _questions(
    team: Team, rounds: list[PeerRound], now: datetime
) -> list[tuple[PeerRound, PeerQuestion | None, bool]]:
    """Each round, what the team has asked in it, and whether it can still be changed."""
    known = {each.round_id: each for each in PeerQuestion.objects.filter(team=team, round__in=rounds)}
    return [(each, known.get(each.pk), not each.is_over(now)) for each in rounds]


def _gives(team: Team, user: User) -> list[tuple[PeerPair, Contribution | None]]:
    """The pairs in which the team gives, with the person's own contribution to each."""
    pairs = PeerPair.objects.filter(giver=team, round__state=RoundState.OPEN).select_related(
        "round", "receiver__application__lead"
    )
    own = Contribution.objects.filter(pair__giver=team, participant__member__user=user).select_related(
        "pair__round"
    )
    by_pair = {row.pair_id: row for row in own}
    in_order = pairs.order_by("round__number", "receiver__number")
    return [(pair, by_pair.get(pair.pk)) for pair in in_order]


def _after(written: Contribution) -> str:
    if written.state == ContributionState.GIVEN:
        return _("Your feedback is given. The other team sees it with your name.")
    return _("Your draft is kept. Nobody else sees it before you give it.")


def _page(team: Team) -> str:
    return reverse("cohorts:contributions", args=[team.reference])
