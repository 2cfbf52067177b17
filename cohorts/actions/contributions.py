"""Rounds of peer contributions: pairing, opening, and what people give, thank for and need not give."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.actions.moves import move
from cohorts.emails import contributions as letters
from cohorts.models import (
    Cohort,
    Contribution,
    ContributionRule,
    Participant,
    PeerPair,
    PeerQuestion,
    PeerRound,
    Session,
    Team,
)
from cohorts.models.contributions import asked_in, history_of, teams_of
from cohorts.pairing import Arrow, faults, pair
from cohorts.states import CohortState
from cohorts.states.contributions import ContributionState, RoundState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

# --- The school's part --------------------------------------------------------------------------------


@transaction.atomic
def set_rule(cohort: Cohort, *, contributions_required: bool, by: User, now: datetime) -> None:
    """Say whether contributions are a condition for the exam and the certificate."""
    Cohort.objects.select_for_update(no_key=True, of=("self",)).get(pk=cohort.pk)
    rule, _is_new = ContributionRule.objects.get_or_create(cohort=cohort)
    before = rule.contributions_required
    rule.contributions_required = contributions_required
    rule.save(update_fields=["contributions_required"])
    audit.record(
        cohort,
        gettext_noop("changed the rule of peer contributions"),
        by=by,
        now=now,
        changes={"contributions_required": (before, contributions_required)},
    )


@transaction.atomic
def make_round(
    cohort: Cohort, *, title: str, session: Session | None, gives: int, by: User, now: datetime
) -> PeerRound:
    """Plan a round with its pairing; nobody is told. Raises Refused when there are too few teams."""
    Cohort.objects.select_for_update(no_key=True, of=("self",)).get(pk=cohort.pk)
    newest = cohort.peer_rounds.aggregate(newest=Max("number"))["newest"] or 0
    made = PeerRound.objects.create(
        cohort=cohort,
        number=newest + 1,
        title=title,
        session=session,
        gives=gives,
        made_at=now,
        changed_at=now,
    )
    _pair(made)
    audit.record(made, gettext_noop("planned a round of peer contributions"), by=by, now=now)
    return made


@transaction.atomic
def pair_anew(round: PeerRound, *, by: User, now: datetime) -> None:
    """Another pairing of the teams that there are now, which repeats as little. Nobody is told."""
    current = _planned(round)
    current.turn += 1
    current.changed_at = now
    current.save(update_fields=["turn", "changed_at"])
    current.pairs.all().delete()
    _pair(current)
    audit.record(current, gettext_noop("paired the teams anew"), by=by, now=now)


@transaction.atomic
def change_pairs(round: PeerRound, *, arrows: Sequence[Arrow], seen: str, by: User, now: datetime) -> None:
    """Pair by hand. seen: `changed_at` in ISO form of the pairing that was changed.

    Raises Refused when somebody has changed it meanwhile, and when the arrows are no round of the teams that
    there are.
    """
    current = _planned(round)
    if current.changed_at.isoformat() != seen:
        raise Refused(_("Someone else has just changed this. Reload the page to see what is new."))
    teams = {team.pk: team for team in teams_of(current.cohort)}
    if faults(arrows, list(teams), gives=current.gives):
        raise Refused(_("Each team must give and get equally often, never to itself or twice to the same."))
    before = _in_words(current)
    current.changed_at = now
    current.save(update_fields=["changed_at"])
    current.pairs.all().delete()
    PeerPair.objects.bulk_create(
        PeerPair(round=current, giver=teams[giver], receiver=teams[receiver]) for giver, receiver in arrows
    )
    audit.record(
        current,
        gettext_noop("changed the pairing"),
        by=by,
        now=now,
        changes={gettext_noop("Pairs"): (before, _in_words(current))},
    )


@transaction.atomic
def open_round(round: PeerRound, *, due_at: datetime, by: User, now: datetime) -> None:
    """Ask everybody who takes part in the giving teams for their contribution, by mail.

    Raises Refused when the deadline has passed, the cohort does not run, or teams have come or gone since
    they were paired.
    """
    current = _planned(round)
    if current.cohort.state != CohortState.RUNNING:
        raise Refused(_("The cohort is not running."))
    if due_at <= now:
        raise Refused(_("The deadline is in the past."))
    if why := why_pairs_do_not_hold(current):
        raise Refused(why)
    move(
        current,
        RoundState.OPEN,
        verb=gettext_noop("opened the round"),
        by=by,
        now=now,
        opened_at=now,
        due_at=due_at,
        changed_at=now,
    )
    pairs: dict[int, list[PeerPair]] = {}
    for each in current.pairs.select_related("receiver__application__lead"):
        pairs.setdefault(each.giver_id, []).append(each)
    asked = list(asked_in(current, formats.local(now).date()))
    Contribution.objects.bulk_create(
        Contribution(pair=each, participant=person, asked_at=now)
        for person in asked
        for each in pairs[person.team_id]
    )
    letters.opened(current, asked, pairs, now=now)


@transaction.atomic
def extend(round: PeerRound, *, due_at: datetime, by: User, now: datetime) -> None:
    """Give everybody more time, and tell them. Raises Refused when the new deadline is not a later one."""
    current = _locked(round)
    if current.state != RoundState.OPEN or current.due_at is None:
        raise Refused(_("The round is not open."))
    if due_at <= max(now, current.due_at):
        raise Refused(_("The new deadline must be later than the one that holds, and not in the past."))
    before, current.due_at = current.due_at, due_at
    current.save(update_fields=["due_at"])
    audit.record(
        current,
        gettext_noop("extended the deadline"),
        by=by,
        now=now,
        changes={"due_at": (before, due_at)},
    )
    letters.extended(current, now=now)


@transaction.atomic
def call_off(round: PeerRound, *, reason: str, by: User, now: datetime) -> None:
    """Ask nobody any more: nothing is owed in the round. What has been given is kept, and shown no more."""
    current = _locked(round)
    move(
        current,
        RoundState.CALLED_OFF,
        verb=gettext_noop("called the round off"),
        by=by,
        now=now,
        reason=reason,
        called_off_at=now,
        changed_at=now,
    )
    letters.called_off(current, reason=reason, now=now)


@transaction.atomic
def discard(round: PeerRound, *, by: User, now: datetime) -> None:
    """Delete a round that nobody has been told of."""
    current = _planned(round)
    audit.record(
        current.cohort,
        gettext_noop("discarded a planned round of peer contributions"),
        by=by,
        now=now,
        changes={gettext_noop("Round"): (current, None)},
    )
    current.delete()


@transaction.atomic
def waive(contribution: Contribution, *, reason: str, by: User, now: datetime) -> None:
    """Let somebody off, with a reason that the person reads."""
    move(
        contribution,
        ContributionState.WAIVED,
        verb=gettext_noop("let the person off the contribution"),
        by=by,
        now=now,
        reason=reason,
        waived_reason=reason,
    )


@transaction.atomic
def ask_again(contribution: Contribution, *, by: User, now: datetime) -> None:
    """Ask after all somebody who was let off."""
    move(
        contribution,
        ContributionState.ASKED,
        verb=gettext_noop("asked for the contribution after all"),
        by=by,
        now=now,
    )


def why_pairs_do_not_hold(round: PeerRound) -> str:
    """Why the pairing is no longer a round of the teams that there are, as a sentence; empty when it is."""
    arrows = list(round.pairs.values_list("giver_id", "receiver_id"))
    if faults(arrows, [team.pk for team in teams_of(round.cohort)], gives=round.gives):
        return _("Teams have come or gone since they were paired. Pair them anew.")
    return ""


# --- The teams' part ----------------------------------------------------------------------------------


@transaction.atomic
def ask(round: PeerRound, *, team: Team, text: str, seen: str, by: User, now: datetime) -> None:
    """Say what the team would like feedback on.

    seen: the text that was changed; raises Refused when a colleague has written something else meanwhile,
    and when the round is not open or over.
    """
    current = _locked(round)
    if current.state != RoundState.OPEN or current.is_over(now):
        raise Refused(_("The deadline of this round has passed."))
    question = PeerQuestion.objects.filter(round=current, team=team).first()
    before = question.text if question else ""
    if before != seen:
        raise Refused(_("A colleague has changed the text meanwhile. Look at it before you save yours."))
    if question is None:
        question = PeerQuestion(round=current, team=team)
    question.text, question.changed_by, question.changed_at = text, by, now
    question.save()
    audit.record(
        question,
        gettext_noop("said what the team would like feedback on"),
        by=by,
        now=now,
        changes={"text": (before, text)},
    )


@transaction.atomic
def write(
    pair: PeerPair,
    *,
    participant: Participant,
    strengths: str,
    questions: str,
    ideas: str,
    is_given: bool,
    by: User,
    now: datetime,
) -> Contribution:
    """Keep a person's own contribution as a draft, or give it to the other team.

    What is given can be changed until the deadline. Who has given nothing can still give after it, and it
    shows. Raises Refused when that is not so, and when there is too little to give.
    """
    current = _locked(pair.round)
    if current.state != RoundState.OPEN:
        raise Refused(_("The round is not open."))
    is_own = participant.member.user_id == by.pk and participant.is_present
    if not is_own or participant.team_id != pair.giver_id:
        raise Refused(_("You write your own contribution, to the teams that your team gives feedback to."))
    if is_given and not (strengths and (questions or ideas)):
        raise Refused(_("Write at least one strength, and a question or an idea."))
    contribution, _is_new = Contribution.objects.select_for_update(of=("self",)).get_or_create(
        pair=pair, participant=participant, defaults={"is_owed": False, "asked_at": now}
    )
    was_given = contribution.state == ContributionState.GIVEN
    if was_given and current.is_over(now):
        raise Refused(_("The deadline has passed, and what you have given stands."))
    if was_given and not is_given:
        raise Refused(_("You have given this. It can be changed, and not taken back."))
    contribution.strengths, contribution.questions, contribution.ideas = strengths, questions, ideas
    contribution.changed_at = now
    contribution.save(update_fields=["strengths", "questions", "ideas", "changed_at"])
    if is_given and not was_given:
        move(
            contribution,
            ContributionState.GIVEN,
            verb=gettext_noop("gave the contribution"),
            by=by,
            now=now,
            given_at=now,
        )
    elif was_given:
        audit.record(contribution, gettext_noop("changed the contribution"), by=by, now=now)
    return contribution


@transaction.atomic
def thank(contribution: Contribution, *, is_useful: bool, by: User, now: datetime) -> None:
    """Thank for what the team got, and say whether it was useful. Raises Refused when somebody has."""
    thanked = Contribution.objects.given().filter(pk=contribution.pk, thanked_at=None)
    if not thanked.update(thanked_by=by, thanked_at=now, is_useful=is_useful):
        raise Refused(_("Somebody of your team has thanked for this already."))
    audit.record(contribution, gettext_noop("thanked for the contribution"), by=by, now=now)


# --- Common to them -----------------------------------------------------------------------------------


def _pair(round: PeerRound) -> None:
    teams = {team.pk: team for team in teams_of(round.cohort)}
    if len(teams) <= round.gives:
        raise Refused(
            _("There are %(teams)s teams: too few for each to give feedback to %(gives)s others.")
            % {"teams": len(teams), "gives": round.gives}
        )
    history = history_of(round.cohort, but=round)
    PeerPair.objects.bulk_create(
        PeerPair(round=round, giver=teams[giver], receiver=teams[receiver])
        for giver, receiver in pair(list(teams), history, gives=round.gives, turn=round.turn)
    )


def _in_words(round: PeerRound) -> str:
    pairs = round.pairs.select_related("giver__application__lead", "receiver__application__lead")
    return ", ".join(str(each) for each in pairs)


def _locked(round: PeerRound) -> PeerRound:
    rows = PeerRound.objects.select_for_update(of=("self",)).select_related("cohort__intake")
    return rows.get(pk=round.pk)


def _planned(round: PeerRound) -> PeerRound:
    """The round, locked; raises Refused when people have been asked already."""
    current = _locked(round)
    if current.state != RoundState.PLANNED:
        raise Refused(_("People have been asked already. The pairing stands."))
    return current
