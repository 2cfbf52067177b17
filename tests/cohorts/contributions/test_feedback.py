"""What people write to another team and the team to them; the ledger; what they lack; home and reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cohorts.actions import contributions as actions
from cohorts.models import Contribution, ContributionRule, Participant, PeerQuestion
from cohorts.models.contribution_ledger import accounts_of, problem_of, round_lines
from cohorts.models.contributions import evidence, gaps_of
from cohorts.models.evidence import Evidence
from cohorts.reminders.contributions import CONTRIBUTION
from cohorts.states.contributions import RoundState
from cohorts.waiting.contributions import contribution_waits
from innoskole.accounts import audit, facts
from innoskole.accounts.guards import Refused
from innoskole.accounts.waiting import Waiting
from innoskole.notifications.models import Message
from tests.cohorts.contributions.factories import DUE, ContributionFactory, PairFactory, RoundFactory
from tests.cohorts.factories import ParticipantFactory, TeamFactory
from tests.cohorts.project.factories import ProjectFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAST = DUE + DAY
TEXTS = {"strengths": "You know whom it concerns.", "questions": "Who pays?", "ideas": ""}


def write(pair, person, *, is_given=True, now=NOW, **texts):
    given = {**TEXTS, **texts}
    return actions.write(pair, participant=person, is_given=is_given, by=person.member.user, now=now, **given)


def stands(row: Contribution) -> tuple[str, str]:
    stored = Contribution.objects.get(pk=row.pk)
    return stored.state, stored.strengths


# --- Writing ------------------------------------------------------------------------------------------


def test_a_draft_is_kept_given_and_changed_until_the_deadline(pair, people):
    row = ContributionFactory(pair=pair, participant=people[0])
    write(pair, people[0], is_given=False, strengths="Dra", questions="")
    assert stands(row) == ("asked", "Dra")
    write(pair, people[0])
    write(pair, people[0], strengths="Better", now=NOW + DAY)
    stored = Contribution.objects.get()
    assert (stored.state, stored.strengths, stored.given_at, stored.is_owed, stored.is_late) == (
        "given",
        "Better",
        NOW,
        True,
        False,
    )
    with pytest.raises(Refused, match="not taken back"):
        write(pair, people[0], is_given=False)
    with pytest.raises(Refused, match="what you have given stands"):
        write(pair, people[0], strengths="Too late", now=DUE)
    assert stands(row) == ("given", "Better")
    assert [line.verb for line in audit.history(row)] == ["changed the contribution", "gave the contribution"]


def test_what_is_missing_can_be_given_after_the_deadline_once(pair, people):
    row = ContributionFactory(pair=pair, participant=people[0])
    given = write(pair, people[0], now=PAST)
    assert (given.state, given.is_late) == ("given", True)
    with pytest.raises(Refused, match="stands"):
        write(pair, people[0], strengths="Changed", now=PAST)
    assert stands(row) == ("given", TEXTS["strengths"])


@pytest.mark.parametrize("lacking", [{"strengths": ""}, {"questions": "", "ideas": ""}])
def test_too_little_is_no_contribution_and_may_be_a_draft(pair, people, lacking):
    row = ContributionFactory(pair=pair, participant=people[0])
    with pytest.raises(Refused, match="at least one strength"):
        write(pair, people[0], **lacking)
    assert write(pair, people[0], is_given=False, **lacking).state == "asked"
    assert Contribution.objects.get() == row


def test_who_joined_later_gives_without_owing_and_who_is_let_off_may_give(pair, teams, people):
    late = ParticipantFactory(team=teams[0], began_on=NOW.date())
    given = write(pair, late)
    assert (given.state, given.is_owed) == ("given", False)
    ContributionFactory(pair=pair, participant=people[0], waived=True)
    assert write(pair, people[0]).state == "given"


def test_nobody_writes_for_another_team_for_a_colleague_after_leaving_or_in_a_closed_round(
    pair, teams, people, cohort
):
    gone = ParticipantFactory(team=teams[0], gone=True)
    stranger = teams[1].participants.earliest("pk")
    for person in (gone, stranger):
        with pytest.raises(Refused, match="your own"):
            write(pair, person)
    with pytest.raises(Refused, match="your own"):
        actions.write(pair, participant=people[0], is_given=True, by=people[1].member.user, now=NOW, **TEXTS)
    closed = PairFactory(
        round=RoundFactory(cohort=cohort, number=2, state=RoundState.CALLED_OFF),
        giver=teams[0],
        receiver=teams[1],
    )
    with pytest.raises(Refused, match="not open"):
        write(closed, people[0])
    assert not Contribution.objects.exists()


def test_a_team_says_what_it_would_like_feedback_on_without_overwriting_a_colleague(pair, teams):
    round, team = pair.round, teams[1]
    one, two = (person.member.user for person in team.participants.in_order())

    def ask(text, seen, by, now=NOW):
        actions.ask(round, team=team, text=text, seen=seen, by=by, now=now)

    ask("Who pays?", "", one)
    with pytest.raises(Refused, match="A colleague has changed"):
        ask("Whom does it concern?", "", two)
    ask("Whom does it concern?", "Who pays?", two)
    with pytest.raises(Refused, match="deadline"):
        ask("Late", "Whom does it concern?", two, now=DUE)
    stored = PeerQuestion.objects.get()
    assert (stored.text, stored.changed_by, stored.team, stored.round) == (
        "Whom does it concern?",
        two,
        team,
        round,
    )


def test_a_team_thanks_once(pair, people, teams):
    one, two = (person.member.user for person in teams[1].participants.in_order())
    given = ContributionFactory(pair=pair, participant=people[0], given=True)
    actions.thank(given, is_useful=True, by=one, now=NOW)
    asked = ContributionFactory(pair=pair, participant=people[1])
    for row in (given, asked):
        with pytest.raises(Refused):
            actions.thank(row, is_useful=False, by=two, now=NOW)
    rows = Contribution.objects.order_by("pk").values_list("thanked_by", "thanked_at", "is_useful")
    assert list(rows) == [(one.pk, NOW, True), (None, None, False)]
    assert not Message.objects.exists()


def test_what_is_read_is_the_project_or_before_that_the_application(teams):
    project = ProjectFactory(team=teams[0])
    assert [problem_of(team) for team in teams[:2]] == [project, teams[1].application]


# --- The ledger and the gaps --------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_ledger_counts_what_was_asked_given_and_missing(cohort, rows, django_assert_num_queries):
    over, current = RoundFactory(cohort=cohort, number=1, over=True), RoundFactory(cohort=cohort, number=2)
    called_off = RoundFactory(cohort=cohort, number=3, state=RoundState.CALLED_OFF)
    giver, receiver = (TeamFactory(cohort=cohort, people=0) for _each in "ab")
    pairs = [PairFactory(round=each, giver=giver, receiver=receiver) for each in (over, current, called_off)]
    for number in range(rows):
        person = ParticipantFactory(team=giver)
        ContributionFactory(pair=pairs[0], participant=person)
        ContributionFactory(pair=pairs[1], participant=person, given=True, is_owed=number > 0)
        ContributionFactory(pair=pairs[2], participant=person)
    leaver = ParticipantFactory(team=giver, gone=True)
    ContributionFactory(pair=pairs[0], participant=leaver)
    with django_assert_num_queries(2):
        accounts = accounts_of(Participant.objects.present().filter(team=giver))
        found = [(account.owed, account.given, account.gaps(NOW)) for account in accounts]
    assert found == [(1, 1, 1), (2, 1, 1), (2, 1, 1)][:rows]
    with django_assert_num_queries(1):
        gaps = [str(row.participant) for row in gaps_of(cohort, NOW)]
    assert len(gaps) == rows
    assert str(leaver) not in gaps
    with django_assert_num_queries(2):
        lines = round_lines(cohort.peer_rounds.in_order())
    assert [(line.round, line.asked, line.settled, line.missing) for line in lines] == [
        (over, rows, 0, rows),
        (current, rows - 1, rows - 1, 0),
        (called_off, 0, 0, 0),
    ]


# --- What «What do I lack?» is told -------------------------------------------------------------------


@pytest.fixture
def required(cohort):
    return ContributionRule.objects.create(cohort=cohort, contributions_required=True)


def lacks(person, now=NOW) -> Evidence:
    people = Participant.objects.filter(pk=person.pk).with_names()
    return evidence(list(people), now)[person.pk]


def test_where_it_is_no_condition_nobody_is_told_anything(pair, people):
    ContributionFactory(pair=pair, participant=people[0])
    assert evidence(people, NOW) == {}


@pytest.mark.parametrize("how", ["never asked", "called off", "joined later"])
def test_who_was_asked_for_nothing_lacks_nothing(required, pair, people, how):
    if how == "called off":
        ContributionFactory(pair=pair, participant=people[0])
        pair.round.state = RoundState.CALLED_OFF
        pair.round.save()
    if how == "joined later":
        ContributionFactory(pair=pair, participant=people[0], given=True, is_owed=False)
    assert lacks(people[0]) == Evidence(
        is_met=True,
        says="No contribution has been asked of you so far.",
        url=reverse("cohorts:contributions", args=[people[0].team.reference]),
    )


@pytest.mark.parametrize(
    ("how", "happened_on"), [("given", NOW.date() - 3 * DAY), ("waived", None)], ids=["given", "let off"]
)
def test_what_is_settled_is_met(required, pair, people, how, happened_on):
    ContributionFactory(pair=pair, participant=people[0], **{how: True})
    found = lacks(people[0])
    assert (found.is_met, found.says, found.happened_on, found.next_step, found.due_at) == (
        True,
        "You have given, or been let off, the 1 contribution that was asked of you.",
        happened_on,
        "",
        None,
    )


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (NOW, "Give {team} your contribution."),
        (DUE, "Give {team} your contribution, although the deadline has passed."),
    ],
)
def test_what_is_missing_is_said_with_the_next_step(required, pair, people, teams, now, step):
    ContributionFactory(pair=pair, participant=people[0])
    again = PairFactory(round=pair.round, giver=teams[0], receiver=teams[2])
    ContributionFactory(pair=again, participant=people[0], given=True)
    assert lacks(people[0], now) == Evidence(
        is_met=False,
        says="1 contribution of the 2 that were asked of you is missing.",
        next_step=step.format(team=teams[1]),
        url=reverse("cohorts:contributions", args=[teams[0].reference]),
        due_at=DUE,
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_evidence_costs_two_queries_however_many_people(required, pair, rows, django_assert_num_queries):
    for _each in range(rows):
        ContributionFactory(pair=pair)
    people = list(Participant.objects.filter(contributions__pair=pair).with_names())
    with django_assert_num_queries(2):
        assert [each.is_met for each in evidence(people, NOW).values()] == [False] * rows


# --- Home and reminders -------------------------------------------------------------------------------


def test_what_waits_for_the_writer_the_receivers_and_the_staff(pair, teams, people, teacher, cohort):
    ContributionFactory(pair=pair, participant=people[0])
    ContributionFactory(pair=pair, participant=people[1], given=True)
    page = reverse("cohorts:contribution", args=[teams[0].reference, pair.pk])
    own = Waiting(f"Give your feedback to {teams[1]}", page, due_at=DUE, explanation="Round 1")
    assert contribution_waits(people[0].member.user, NOW) == [own]
    assert contribution_waits(people[1].member.user, NOW) == []
    receiver = teams[1].participants.earliest("pk").member.user
    assert contribution_waits(receiver, NOW) == [
        Waiting(
            "Read and thank for the feedback that your team has got",
            reverse("cohorts:contributions", args=[teams[1].reference]),
            count=1,
        )
    ]
    assert contribution_waits(teacher, NOW) == []
    assert contribution_waits(teacher, PAST) == [
        Waiting(
            "Peer contributions that are missing",
            reverse("cohorts:contribution_rounds", args=[cohort.slug]),
            count=1,
            explanation="The deadline has passed. See whom to help.",
        )
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_costs_two_queries(cohort, teams, people, rows, django_assert_num_queries):
    for number in range(rows):
        round = RoundFactory(cohort=cohort, number=number + 1)
        ContributionFactory(
            pair=PairFactory(round=round, giver=teams[0], receiver=teams[1]), participant=people[0]
        )
    user = facts.known(people[0].member.user)
    with django_assert_num_queries(2):
        assert len(contribution_waits(user, NOW)) == rows


def test_who_is_reminded_of_what_is_missing(pair, teams, people, cohort):
    row = ContributionFactory(pair=pair, participant=people[0])
    ContributionFactory(pair=pair, participant=people[1], given=True)
    ContributionFactory(pair=pair, participant=ParticipantFactory(team=teams[0], gone=True))
    found = CONTRIBUTION.open().get()
    assert (found, found.due_at) == (row, DUE)
    (writer,) = CONTRIBUTION.to(found)
    assert writer.email == people[0].member.user.email
    assert CONTRIBUTION.title(found) == f"Your feedback to {teams[1]}: Round 1"
    assert CONTRIBUTION.scope(found) == cohort.slug
    assert contribution_waits(UserFactory(), NOW) == []
