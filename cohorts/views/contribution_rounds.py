"""Peer contributions in a cohort's room: rounds and their pairing, and what is missing."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, Deeds, deed_page, offered, says
from cohorts.actions import contributions as actions
from cohorts.forms.contributions import ContributionRuleForm, DueForm, PairsForm, RoundForm
from cohorts.models import Contribution, PeerPair, PeerRound
from cohorts.models.contribution_ledger import round_lines
from cohorts.models.contributions import are_required, asked_in, gaps_of, history_of, teams_of
from cohorts.permissions import administers
from cohorts.states.contributions import ContributionState, RoundState
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.ui import formats


def contribution_rounds(request: HttpRequest, slug: str) -> HttpResponse:
    """The rounds of a cohort, and who has not given what they were asked for in time."""
    cohort, now = cohort_for_staff(request, slug), timezone.now()
    return TemplateResponse(
        request,
        "cohorts/contributions/rounds.html",
        {
            "cohort": cohort,
            "lines": round_lines(cohort.peer_rounds.select_related("session").in_order()),
            "gaps": gaps_of(cohort, now),
            "are_required": are_required(cohort),
            "may_set_rule": administers(person(request)),
            "now": now,
        },
    )


def contribution_round_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan a round: the pairing is made at once and shown, and nobody is told."""
    cohort = cohort_for_staff(request, slug)
    form = RoundForm(request.POST if request.method == "POST" else kept_post(request), cohort=cohort)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_round(cohort, by=person(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The round is planned. Look at the pairing before you open it."))
            return redirect("cohorts:contribution_round", cohort.slug, made.number)
    context = {"cohort": cohort, "form": form}
    return TemplateResponse(request, "cohorts/contributions/round_add.html", context)


def contribution_round(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A round: who gives to whom, what has been given, and what can be done."""
    found, user, now = _round(request, slug, number), person(request), timezone.now()
    pairs = list(found.pairs.select_related("giver__application__lead", "receiver__application__lead"))
    history = set(history_of(found.cohort, but=found))
    rows = Contribution.objects.filter(pair__round=found).with_names().in_order()
    return TemplateResponse(
        request,
        "cohorts/contributions/round.html",
        {
            "cohort": found.cohort,
            "round": found,
            "pairs": [(pair, (pair.giver_id, pair.receiver_id) in history) for pair in pairs],
            "contributions": rows,
            "why_not": actions.why_pairs_do_not_hold(found) if found.state == RoundState.PLANNED else "",
            "deeds": offered(ROUND_DEEDS, found, user, now),
            "is_planned": found.state == RoundState.PLANNED,
            "is_over": found.is_over(now),
            "now": now,
        },
    )


def contribution_pairs(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Pair by hand; a pairing that is not whole is refused with what is wrong with it."""
    found = _round(request, slug, number)
    if found.state != RoundState.PLANNED:
        raise Http404
    pairs: list[PeerPair] = list(found.pairs.all())
    data = request.POST if request.method == "POST" else kept_post(request)
    form = PairsForm(
        data,
        pairs=pairs,
        teams=teams_of(found.cohort),
        gives=found.gives,
        initial={"seen": found.changed_at.isoformat()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_pairs(
                found,
                arrows=form.arrows(),
                seen=form.cleaned_data["seen"],
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The pairing is changed."))
            return redirect("cohorts:contribution_round", found.cohort.slug, found.number)
    context = {"cohort": found.cohort, "round": found, "form": form}
    return TemplateResponse(request, "cohorts/contributions/pairs.html", context)


@administrator_required
def contribution_rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether contributions are a condition for the exam and the certificate."""
    cohort = cohort_for_staff(request, slug)
    data = request.POST if request.method == "POST" else None
    form = ContributionRuleForm(data, initial={"contributions_required": are_required(cohort)})
    if request.method == "POST" and form.is_valid():
        actions.set_rule(cohort, by=person(request), now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The rule is changed."))
        return redirect("cohorts:contribution_rounds", cohort.slug)
    context = {"cohort": cohort, "form": form}
    return TemplateResponse(request, "cohorts/contributions/rule.html", context)


# --- Deeds on a round ---------------------------------------------------------------------------------


def _if_planned(round: PeerRound, user: User, now: datetime) -> str:
    if round.state != RoundState.PLANNED:
        return _("People have been asked already. The pairing stands.")
    return ""


def _if_open(round: PeerRound, user: User, now: datetime) -> str:
    return "" if round.state == RoundState.OPEN else _("The round is not open.")


def _who_is_asked(round: PeerRound, now: datetime) -> list[str]:
    asked = asked_in(round, formats.local(now).date()).count()
    return [
        ngettext(
            "%(count)s person gets an e-mail that says whom to give feedback to, and until when.",
            "%(count)s people get an e-mail each that says whom to give feedback to, and until when.",
            asked,
        )
        % {"count": asked},
        _("Who joins a team later can give feedback, and owes none in this round."),
        _("The pairing cannot be changed afterwards."),
    ]


ROUND_DEEDS: Deeds[PeerRound] = {
    "open": Deed(
        title=gettext_lazy("Open the round"),
        button=gettext_lazy("Open and send e-mails"),
        done=gettext_lazy("The round is open, and the e-mails are on their way."),
        run=actions.open_round,
        obstacle=lambda round, user, now: (
            _if_planned(round, user, now) or actions.why_pairs_do_not_hold(round)
        ),
        consequences=_who_is_asked,
        form=DueForm,
    ),
    "anew": Deed(
        title=gettext_lazy("Pair anew"),
        button=gettext_lazy("Pair anew"),
        done=gettext_lazy("The teams are paired anew."),
        run=actions.pair_anew,
        obstacle=_if_planned,
        consequences=says(
            gettext_lazy("The teams that take part now get another pairing that repeats as little."),
            gettext_lazy("What was changed by hand is lost. No e-mail is sent."),
        ),
        form=forms.Form,
    ),
    "extend": Deed(
        title=gettext_lazy("Extend the deadline"),
        button=gettext_lazy("Extend"),
        done=gettext_lazy("The deadline is extended, and the e-mails are on their way."),
        run=actions.extend,
        obstacle=_if_open,
        consequences=says(
            gettext_lazy("Everybody who was asked in this round gets an e-mail with the new deadline.")
        ),
        form=DueForm,
        given=lambda round, now: {"due_at": round.due_at},
    ),
    "call-off": Deed(
        title=gettext_lazy("Call the round off"),
        button=gettext_lazy("Call the round off"),
        done=gettext_lazy("The round is called off, and the e-mails are on their way."),
        run=actions.call_off,
        obstacle=_if_open,
        consequences=says(
            gettext_lazy("Nobody owes anything in this round, and what was given in it is no longer shown."),
            gettext_lazy("Everybody who was asked gets an e-mail with the reason."),
        ),
        color="danger",
    ),
    "discard": Deed(
        title=gettext_lazy("Discard the round"),
        button=gettext_lazy("Discard"),
        done=gettext_lazy("The round is discarded."),
        run=actions.discard,
        obstacle=_if_planned,
        consequences=says(gettext_lazy("The round and its pairing are deleted. Nobody has been told of it.")),
        form=forms.Form,
        color="danger",
    ),
}


def contribution_round_deed(request: HttpRequest, slug: str, number: int, key: str) -> HttpResponse:
    """Open, pair anew, extend, call off or discard a round."""
    found = _round(request, slug, number)
    page = "contribution_rounds" if key == "discard" else "contribution_round"
    args = [found.cohort.slug] if key == "discard" else [found.cohort.slug, found.number]
    return deed_page(
        request,
        ROUND_DEEDS,
        key,
        found,
        template="cohorts/contributions/deed.html",
        back=reverse(f"cohorts:{page}", args=args),
        context={"cohort": found.cohort, "round": found, "who": found.title},
    )


# --- Deeds on one person's contribution ---------------------------------------------------------------

CONTRIBUTION_DEEDS: Deeds[Contribution] = {
    "waive": Deed(
        title=gettext_lazy("Let the person off"),
        button=gettext_lazy("Let the person off"),
        done=gettext_lazy("The person need not give this contribution."),
        run=actions.waive,
        obstacle=lambda row, user, now: (
            ""
            if row.state == ContributionState.ASKED and row.is_owed
            else _("This contribution is not missing.")
        ),
        consequences=says(
            gettext_lazy("The contribution counts as settled. The person reads the reason in the ledger."),
            gettext_lazy("No e-mail is sent, and no more reminders."),
        ),
    ),
    "ask": Deed(
        title=gettext_lazy("Ask for it after all"),
        button=gettext_lazy("Ask for it"),
        done=gettext_lazy("The person is asked for the contribution again."),
        run=actions.ask_again,
        obstacle=lambda row, user, now: (
            "" if row.state == ContributionState.WAIVED else _("Nobody has been let off this contribution.")
        ),
        consequences=says(gettext_lazy("The contribution is missing again. No e-mail is sent.")),
        form=forms.Form,
    ),
}


def contribution_deed(request: HttpRequest, slug: str, pk: int, key: str) -> HttpResponse:
    """Let a person off one contribution, or ask for it after all."""
    cohort = cohort_for_staff(request, slug)
    rows = Contribution.objects.filter(pair__round__cohort=cohort).with_names()
    row = get_object_or_404(rows, pk=pk)
    who = _("%(name)s: feedback to %(team)s, %(round)s") % {
        "name": row.participant,
        "team": row.pair.receiver,
        "round": row.pair.round,
    }
    return deed_page(
        request,
        CONTRIBUTION_DEEDS,
        key,
        row,
        template="cohorts/contributions/deed.html",
        back=reverse("cohorts:contribution_round", args=[cohort.slug, row.pair.round.number]),
        context={"cohort": cohort, "round": row.pair.round, "who": who},
    )


def _round(request: HttpRequest, slug: str, number: int) -> PeerRound:
    cohort = cohort_for_staff(request, slug)
    rounds = PeerRound.objects.filter(cohort=cohort).select_related("cohort__intake", "session")
    return get_object_or_404(rounds, number=number)
