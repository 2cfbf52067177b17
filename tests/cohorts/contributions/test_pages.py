"""The pages of peer contributions: what each may read, do and count on."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from cohorts.actions import contributions as actions
from cohorts.models import Contribution, PeerQuestion, PeerRound
from cohorts.models.contributions import are_required
from tests.cohorts.contributions.factories import DUE, ContributionFactory, PairFactory, RoundFactory
from tests.cohorts.factories import ParticipantFactory, TeamFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def at(name, *args):
    return reverse(f"cohorts:{name}", args=args)


@pytest.fixture
def read(client):
    """`read(user, address)`: the page as the user sees it."""

    def reading(user, address):
        client.force_login(user)
        return client.get(address).content.decode()

    return reading


# --- In the team's room -------------------------------------------------------------------------------


def test_a_draft_is_read_by_its_writer_alone(pair, teams, people, teacher, read):
    writer, mate = (person.member.user for person in people)
    receiver = teams[1].participants.earliest("pk").member.user
    row = ContributionFactory(pair=pair, participant=people[0], strengths="Only mine so far")
    giving, getting = at("contribution", teams[0].reference, pair.pk), at("contributions", teams[1].reference)
    readers = ((writer, giving), (mate, giving), (teacher, giving), (receiver, getting), (teacher, getting))
    assert ["Only mine so far" in read(*each) for each in readers] == [True, False, False, False, False]
    row.state, row.given_at = "given", NOW
    row.save()
    assert ["Only mine so far" in read(*each) for each in readers] == [True] * 5
    assert people[0].member.name in read(receiver, getting)


def test_a_participant_reads_their_own_ledger_and_the_staff_everybodys(pair, teams, people, teacher, read):
    for person in people:
        ContributionFactory(pair=pair, participant=person, waived=True)
    page = at("contributions", teams[0].reference)
    captions = [f"{person}: 0 given, 1 asked for" for person in people]
    assert [caption in read(people[0].member.user, page) for caption in captions] == [True, False]
    assert [caption in read(teacher, page) for caption in captions] == [True, True]


def test_a_participant_writes_and_gives(pair, teams, people, client):
    ContributionFactory(pair=pair, participant=people[0])
    PeerQuestion.objects.create(
        round=pair.round, team=teams[1], text="Who pays?", changed_by=UserFactory(), changed_at=NOW
    )
    client.force_login(people[0].member.user)
    page = at("contribution", teams[0].reference, pair.pk)
    shown = client.get(page).content.decode()
    assert teams[1].application.problem_statement in shown
    assert "Who pays?" in shown
    texts = {"strengths": "Clear", "questions": "Why now?", "ideas": ""}
    assert client.post(page, texts).url == page
    assert Contribution.objects.get().state == "asked"
    refused = client.post(page, {**texts, "strengths": "", "give": ""})
    assert "at least one strength" in refused.content.decode()
    assert client.post(page, {**texts, "give": ""}).url == page
    assert Contribution.objects.get().state == "given"


def test_a_team_asks_and_thanks(pair, teams, people, client):
    given = ContributionFactory(pair=pair, participant=people[0], given=True)
    client.force_login(teams[1].participants.earliest("pk").member.user)
    page, team = at("contributions", teams[1].reference), teams[1].reference
    assert client.post(at("contribution_question", team, 1), {"text": "Who pays?", "seen": ""}).url == page
    overwritten = client.post(at("contribution_question", team, 1), {"text": "Else", "seen": ""})
    assert "A colleague has changed" in overwritten.content.decode()
    client.post(at("contribution_thank", team, given.pk), {"is_useful": "on"})
    assert Contribution.objects.get().is_useful
    shown = client.get(page).content.decode()
    assert "Who pays?" in shown
    assert "has thanked for it" in shown


def test_nobody_but_the_team_thanks(pair, teams, people, teacher, client):
    given = ContributionFactory(pair=pair, participant=people[0], given=True)
    client.force_login(teacher)
    page = at("contribution_thank", teams[1].reference, given.pk)
    assert "Only the team" in client.post(page, follow=True).content.decode()
    assert Contribution.objects.get().thanked_at is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_teams_page_costs_the_same_however_much_there_is(
    cohort, teams, people, rows, client, django_assert_num_queries
):
    for number in range(rows):
        round = RoundFactory(cohort=cohort, number=number + 1)
        out = PairFactory(round=round, giver=teams[0], receiver=teams[1])
        back = PairFactory(round=round, giver=teams[1], receiver=teams[0])
        ContributionFactory(pair=out, participant=people[0], given=True)
        ContributionFactory(pair=back, given=True)
    page = at("contributions", teams[0].reference)
    client.force_login(people[0].member.user)
    client.get(page)
    with django_assert_num_queries(11):
        shown = client.get(page).content.decode()
    assert shown.count("Thank for it") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_feedback_costs_the_same_however_many_have_given(
    pair, teams, teacher, rows, client, django_assert_num_queries
):
    ContributionFactory.create_batch(rows, pair=pair, given=True)
    page = at("contribution", teams[0].reference, pair.pk)
    client.force_login(teacher)
    client.get(page)
    with django_assert_num_queries(8):
        shown = client.get(page).content.decode()
    assert shown.count("<article") == rows


# --- In the cohort's room -----------------------------------------------------------------------------


def test_an_instructor_plans_pairs_opens_and_extends(cohort, teams, teacher, client):
    client.force_login(teacher)
    added = client.post(
        at("contribution_round_add", cohort.slug), {"title": "First", "session": "", "gives": 1}
    )
    page = at("contribution_round", cohort.slug, 1)
    assert added.url == page
    made = PeerRound.objects.get()
    one, two, three = (team.pk for team in teams)
    by_hand = at("contribution_pairs", cohort.slug, 1)
    sent = {"seen": made.changed_at.isoformat(), f"receiver_{two}_0": three, f"receiver_{three}_0": one}
    refused = client.post(by_hand, {**sent, f"receiver_{one}_0": one}).content.decode()
    assert f"{teams[0]} cannot give feedback to itself." in refused
    assert f"{teams[1]} gets feedback 0 times, and should 1 times." in refused
    assert client.post(by_hand, {**sent, f"receiver_{one}_0": two}).url == page
    told = client.get(at("contribution_round_deed", cohort.slug, 1, "open")).content.decode()
    assert "6 people get an e-mail each" in told
    for key, day in (("open", "2027-06-01"), ("extend", "2027-06-08")):
        due = {"due_at": f"{day}T15:00"}
        assert client.post(at("contribution_round_deed", cohort.slug, 1, key), due).url == page
    made.refresh_from_db()
    assert (made.state, made.due_at.date().isoformat()) == ("open", "2027-06-08")
    assert Contribution.objects.count() == 6


def test_the_rounds_page_shows_gaps_and_lets_people_off(cohort, teams, people, teacher, client):
    late = PairFactory(round=RoundFactory(cohort=cohort, over=True), giver=teams[0], receiver=teams[1])
    row = ContributionFactory(pair=late, participant=people[0])
    ContributionFactory(pair=late, participant=ParticipantFactory(team=teams[0], gone=True))
    client.force_login(teacher)
    page = at("contribution_rounds", cohort.slug)
    assert "1 contribution is missing" in client.get(page).content.decode()
    client.post(at("contribution_deed", cohort.slug, row.pk, "waive"), {"reason": "Was ill"})
    assert "Nobody lacks anything" in client.get(page).content.decode()
    assert "Was ill" in client.get(at("contribution_round", cohort.slug, late.round.number)).content.decode()


def test_only_a_course_administrator_sets_the_rule(cohort, teacher, client):
    page = at("contribution_rule", cohort.slug)
    client.force_login(teacher)
    assert client.post(page, {"contributions_required": "on"}).status_code == 403
    assert not are_required(cohort)
    client.force_login(UserFactory(is_course_administrator=True))
    client.post(page, {"contributions_required": "on"})
    assert are_required(cohort)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_rounds_page_costs_the_same_however_much_there_is(
    cohort, teams, teacher, rows, client, django_assert_num_queries
):
    for number in range(rows):
        round = RoundFactory(cohort=cohort, number=number + 1, over=True)
        ContributionFactory(pair=PairFactory(round=round, giver=teams[0], receiver=teams[1]))
    page = at("contribution_rounds", cohort.slug)
    client.force_login(teacher)
    client.get(page)
    with django_assert_num_queries(7):
        shown = client.get(page).content.decode()
    assert shown.count("<tr>") == 2 * (rows + 1)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_round_costs_the_same_however_many_teams(
    cohort, teacher, rows, client, django_assert_num_queries
):
    teams = TeamFactory.create_batch(rows + 1, cohort=cohort, people=1)
    made = actions.make_round(cohort, title="First", session=None, gives=1, by=teacher, now=NOW)
    actions.open_round(made, due_at=DUE, by=teacher, now=NOW)
    page = at("contribution_round", cohort.slug, made.number)
    client.force_login(teacher)
    client.get(page)
    with django_assert_num_queries(8):
        shown = client.get(page).content.decode()
    assert shown.count(">Let off<") == len(teams)
