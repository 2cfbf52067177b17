"""Rounds: paired when planned, opened once, and who is asked, told and let off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cohorts.actions import contributions as actions
from cohorts.models import Contribution, ContributionRule, PeerPair, PeerRound
from cohorts.models.contributions import are_required, history_of
from cohorts.states import CohortState
from cohorts.states.contributions import RoundState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.contributions.factories import DUE, ContributionFactory, PairFactory, RoundFactory
from tests.cohorts.factories import ParticipantFactory, SessionFactory, TeamFactory
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make(cohort, by, gives=1):
    return actions.make_round(cohort, title="Service design", session=None, gives=gives, by=by, now=NOW)


def arrows(round) -> list[tuple[int, int]]:
    """The pairs of a round, by the numbers of the teams."""
    return list(round.pairs.values_list("giver__number", "receiver__number"))


def drawn(round, *wanted: tuple[int, int]) -> PeerRound:
    teams = {team.number: team for team in round.cohort.teams.all()}
    for giver, receiver in wanted:
        PairFactory(round=round, giver=teams[giver], receiver=teams[receiver])
    return round


def letters() -> list[tuple[str, str, str]]:
    return sorted(Message.objects.values_list("kind", "to_email", "state"))


def mail(*people) -> list[str]:
    return [person.member.email for person in people]


# --- Planning -----------------------------------------------------------------------------------------


def test_a_round_is_paired_when_it_is_planned_and_nobody_is_told(cohort, teams, teacher):
    held = SessionFactory(cohort=cohort)
    made = actions.make_round(cohort, title="Service design", session=held, gives=1, by=teacher, now=NOW)
    assert (made.number, made.title, made.session, made.state) == (1, "Service design", held, "planned")
    assert arrows(made) == [(1, 2), (2, 3), (3, 1)]
    assert not Contribution.objects.exists()
    assert not Message.objects.exists()
    assert audit.history(made).get().verb == "planned a round of peer contributions"


@pytest.mark.parametrize(
    ("state", "paired"),
    [("open", [(1, 3), (2, 1), (3, 2)]), ("called_off", [(1, 2), (2, 3), (3, 1)])],
)
def test_who_has_met_meets_others_but_for_rounds_that_were_called_off(cohort, teams, teacher, state, paired):
    drawn(RoundFactory(cohort=cohort, number=1, state=state), (1, 2), (2, 3), (3, 1))
    made = make(cohort, teacher)
    assert (made.number, arrows(made)) == (2, paired)


def test_what_was_before_a_round_is_what_was_opened_before_it(cohort, teams):
    first = drawn(RoundFactory(cohort=cohort, number=1, opened_at=NOW - 2 * DAY), (1, 2))
    second = drawn(RoundFactory(cohort=cohort, number=2, opened_at=NOW - DAY), (2, 3))
    planned = drawn(RoundFactory(cohort=cohort, number=3, planned=True), (3, 1))
    one, two, three = (team.pk for team in teams)
    assert [history_of(cohort, but=each) for each in (first, second, planned)] == [
        [],
        [(one, two)],
        [(one, two), (two, three)],
    ]


def test_a_team_that_nobody_takes_part_in_is_not_paired(cohort, teams, teacher):
    TeamFactory(cohort=cohort, number=4, people=0)
    ParticipantFactory(team=TeamFactory(cohort=cohort, number=5, people=0), gone=True)
    assert arrows(make(cohort, teacher)) == [(1, 2), (2, 3), (3, 1)]


def test_too_few_teams_are_refused_and_leave_nothing(cohort, teams, teacher):
    with pytest.raises(Refused, match="There are 3 teams: too few"):
        make(cohort, teacher, gives=3)
    assert not PeerRound.objects.exists()


def test_another_pairing_can_be_asked_for_until_the_round_is_open(cohort, teams, teacher):
    made = make(cohort, teacher)
    actions.pair_anew(made, by=teacher, now=NOW + DAY)
    made.refresh_from_db()
    assert (arrows(made), made.changed_at) == ([(1, 3), (2, 1), (3, 2)], NOW + DAY)
    actions.open_round(made, due_at=DUE, by=teacher, now=NOW)
    with pytest.raises(Refused, match="asked already"):
        actions.pair_anew(made, by=teacher, now=NOW)
    assert arrows(made) == [(1, 3), (2, 1), (3, 2)]


def test_a_pairing_by_hand_must_be_whole_and_of_what_was_seen(cohort, teams, teacher):
    made = make(cohort, teacher)
    made.refresh_from_db()
    one, two, three = (team.pk for team in teams)
    seen = made.changed_at.isoformat()
    whole = [(one, three), (two, one), (three, two)]
    with pytest.raises(Refused, match="equally often"):
        actions.change_pairs(made, arrows=[(one, two), (two, one)], seen=seen, by=teacher, now=NOW)
    with pytest.raises(Refused, match="just changed"):
        actions.change_pairs(made, arrows=whole, seen="2020-01-01", by=teacher, now=NOW)
    assert arrows(made) == [(1, 2), (2, 3), (3, 1)]
    actions.change_pairs(made, arrows=whole, seen=seen, by=teacher, now=NOW + DAY)
    assert arrows(made) == [(1, 3), (2, 1), (3, 2)]
    assert audit.history(made).first().verb == "changed the pairing"


def test_the_database_keeps_a_team_from_giving_to_itself(cohort, teams):
    with pytest.raises(IntegrityError), transaction.atomic():
        PairFactory(round=RoundFactory(cohort=cohort), giver=teams[0], receiver=teams[0])


def test_a_planned_round_can_be_discarded_and_an_open_one_cannot(cohort, teams, teacher):
    actions.discard(make(cohort, teacher), by=teacher, now=NOW)
    assert not PeerRound.objects.exists()
    assert not PeerPair.objects.exists()
    opened = RoundFactory(cohort=cohort)
    with pytest.raises(Refused, match="asked already"):
        actions.discard(opened, by=teacher, now=NOW)
    assert PeerRound.objects.get() == opened


def test_the_rule_is_no_until_it_is_yes(cohort, teacher):
    assert are_required(cohort) is False
    actions.set_rule(cohort, contributions_required=True, by=teacher, now=NOW)
    assert are_required(cohort) is True
    actions.set_rule(cohort, contributions_required=False, by=teacher, now=NOW)
    assert (are_required(cohort), ContributionRule.objects.count()) == (False, 1)


# --- Opening ------------------------------------------------------------------------------------------


def test_everybody_who_takes_part_is_asked_and_told_whom_to_read(cohort, teams, teacher):
    made = make(cohort, teacher)
    ParticipantFactory(team=teams[0], gone=True)
    ParticipantFactory(team=teams[0], began_on=NOW.date() + DAY)
    asked = [person for team in teams for person in team.participants.in_order()[:2]]
    actions.open_round(made, due_at=DUE, by=teacher, now=NOW)
    made.refresh_from_db()
    assert (made.state, made.opened_at, made.due_at) == ("open", NOW, DUE)
    rows = Contribution.objects.values_list("participant", "state", "is_owed", "asked_at")
    assert sorted(rows) == sorted((person.pk, "asked", True, NOW) for person in asked)
    assert letters() == sorted(("contributions_opened", email, "queued") for email in mail(*asked))
    text = Message.objects.get(to_email=asked[0].member.email).body_text
    assert f"- {teams[1]}" in text
    assert str(teams[2]) not in text


def test_a_round_is_not_opened_over_a_past_deadline_or_for_teams_that_have_changed(cohort, teams, teacher):
    made = make(cohort, teacher)
    with pytest.raises(Refused, match="in the past"):
        actions.open_round(made, due_at=NOW, by=teacher, now=NOW)
    TeamFactory(cohort=cohort, number=4, people=1)
    with pytest.raises(Refused, match="Teams have come or gone"):
        actions.open_round(made, due_at=DUE, by=teacher, now=NOW)
    actions.pair_anew(made, by=teacher, now=NOW)
    cohort.state, cohort.begun_at = CohortState.PLANNED, None
    cohort.save()
    with pytest.raises(Refused, match="not running"):
        actions.open_round(made, due_at=DUE, by=teacher, now=NOW)
    assert PeerRound.objects.get().state == "planned"
    assert not Message.objects.exists()


def test_more_time_is_told_to_those_who_still_take_part(pair, teams, teacher, people):
    for person in (*people, ParticipantFactory(team=teams[0], gone=True)):
        ContributionFactory(pair=pair, participant=person)
    for due_at in (DUE, NOW):
        with pytest.raises(Refused, match="later than"):
            actions.extend(pair.round, due_at=due_at, by=teacher, now=NOW)
    actions.extend(pair.round, due_at=DUE + DAY, by=teacher, now=NOW)
    assert PeerRound.objects.get().due_at == DUE + DAY
    assert letters() == sorted(("contributions_extended", email, "queued") for email in mail(*people))


def test_a_round_called_off_asks_nobody_and_takes_back_what_has_not_left(cohort, teams, teacher):
    made = make(cohort, teacher)
    actions.open_round(made, due_at=DUE, by=teacher, now=NOW)
    actions.call_off(made, reason="The session is moved", by=teacher, now=NOW + DAY)
    stored = PeerRound.objects.get()
    assert (stored.state, stored.called_off_at) == (RoundState.CALLED_OFF, NOW + DAY)
    assert not Contribution.objects.missing().exists()
    everybody = [person for team in teams for person in team.participants.all()]
    assert letters() == sorted(
        (kind, email, state)
        for email in mail(*everybody)
        for kind, state in (("contributions_opened", "void"), ("contributions_called_off", "queued"))
    )
    with pytest.raises(Refused):
        actions.extend(made, due_at=DUE + DAY, by=teacher, now=NOW)


def test_who_is_let_off_is_missing_nothing_until_asked_after_all(pair, people, teacher):
    row = ContributionFactory(pair=pair, participant=people[0])
    actions.waive(row, reason="Was ill", by=teacher, now=NOW)
    assert (row.state, row.waived_reason) == ("waived", "Was ill")
    assert not Contribution.objects.missing().exists()
    actions.ask_again(row, by=teacher, now=NOW)
    assert Contribution.objects.missing().get() == row
    given = ContributionFactory(pair=pair, participant=people[1], given=True)
    for deed in (
        lambda: actions.waive(given, reason="No", by=teacher, now=NOW),
        lambda: actions.ask_again(given, by=teacher, now=NOW),
    ):
        with pytest.raises(Refused):
            deed()
    assert Contribution.objects.get(pk=given.pk).state == "given"
