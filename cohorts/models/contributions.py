"""Peer contributions: rounds in which each team gives feedback to another, by name, and what is owed.

Source: seed P, «likemannslæring»; docs/decisions/0125.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.states import BEGUN
from cohorts.models.cohort import Cohort
from cohorts.models.evidence import Evidence
from cohorts.models.session import Session
from cohorts.models.team import Participant, ParticipantQuerySet, Team
from cohorts.pairing import Arrow
from cohorts.states.contributions import ContributionState, RoundState
from innoskole.ui import formats

MOST_GIVES = 5


class ContributionRule(models.Model):
    """Whether contributions are a condition for the exam and the certificate. Without a row they are not."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="contribution_rule")
    contributions_required = models.BooleanField(
        gettext_lazy("contributions are a condition for the exam and the certificate"), default=False
    )

    def __str__(self) -> str:
        return str(self.cohort)


def are_required(cohort: Cohort) -> bool:
    return ContributionRule.objects.filter(cohort=cohort, contributions_required=True).exists()


class PeerRoundQuerySet(models.QuerySet["PeerRound"]):
    def opened(self) -> "PeerRoundQuerySet":
        """Those that teams see: open ones, also when the deadline has passed."""
        return self.filter(state=RoundState.OPEN)

    def in_order(self) -> "PeerRoundQuerySet":
        return self.order_by("cohort", "number")


class PeerRound(models.Model):
    """A round of feedback. gives: to how many others each team gives.

    turn: how often somebody has asked for another pairing. due_at: until when contributions are to be given;
    the round is over then by itself.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="peer_rounds")
    number = models.PositiveSmallIntegerField(gettext_lazy("number"))
    title = models.CharField(gettext_lazy("title"), max_length=120)
    session = models.ForeignKey(
        Session,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="peer_rounds",
        verbose_name=gettext_lazy("session"),
    )
    gives = models.PositiveSmallIntegerField(
        gettext_lazy("how many teams each team gives feedback to"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_GIVES)],
    )
    turn = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        gettext_lazy("state"), max_length=10, choices=RoundState.choices, default=RoundState.PLANNED
    )
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(gettext_lazy("opened"), null=True, blank=True)
    due_at = models.DateTimeField(gettext_lazy("deadline"), null=True, blank=True)
    called_off_at = models.DateTimeField(gettext_lazy("called off"), null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = PeerRoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("cohort", "number", name="peer_round_number_once_per_cohort"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=RoundState.PLANNED) | Q(opened_at__isnull=False, due_at__isnull=False),
                name="round_that_is_open_has_a_deadline",
            ),
            models.CheckConstraint(condition=Q(gives__gte=1), name="round_gives_something"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_over(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


class PeerPair(models.Model):
    """The giver gives feedback on the receiver's project in a round."""

    round = models.ForeignKey(PeerRound, on_delete=models.CASCADE, related_name="pairs")
    giver = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="gives_to")
    receiver = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="gets_from")

    class Meta:
        ordering = ["giver__number", "receiver__number"]
        constraints = [
            models.UniqueConstraint("round", "giver", "receiver", name="pair_once_per_round"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="no_team_gives_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"


class PeerQuestion(models.Model):
    """What a team would like feedback on in a round, in its own words."""

    round = models.ForeignKey(PeerRound, on_delete=models.CASCADE, related_name="questions")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="peer_questions")
    text = models.TextField(gettext_lazy("what we would like feedback on"), max_length=3_000)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("round", "team", name="one_question_per_team_and_round")]

    def __str__(self) -> str:
        return self.text


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def counted(self) -> "ContributionQuerySet":
        """Those of rounds that have not been called off."""
        return self.filter(pair__round__state=RoundState.OPEN)

    def owed(self) -> "ContributionQuerySet":
        """What people were asked for, whether they have given it or not."""
        return self.counted().filter(is_owed=True)

    def asked_of_present(self) -> "ContributionQuerySet":
        """What was asked of people who take part now, or have completed."""
        return self.owed().filter(participant__member__participation__in=BEGUN)

    def missing(self) -> "ContributionQuerySet":
        """What people who take part still have to give."""
        return self.asked_of_present().filter(state=ContributionState.ASKED)

    def given(self) -> "ContributionQuerySet":
        return self.filter(state=ContributionState.GIVEN)

    def with_names(self) -> "ContributionQuerySet":
        return self.select_related(
            "participant__member__user",
            "pair__round",
            "pair__giver__application__lead",
            "pair__receiver__application__lead",
            "thanked_by",
        )

    def in_order(self) -> "ContributionQuerySet":
        """By round, then by the teams in question, then those who came first first."""
        return self.order_by(
            "pair__round__number",
            "pair__giver__number",
            "pair__receiver__number",
            "participant__began_on",
            "participant",
        )


class Contribution(models.Model):
    """What one person gives to one team in a round. The row is there from the day on which it is asked for.

    is_owed: whether it was asked for; somebody who came later may give without owing anything.
    given_at: when it was given first; it can be changed until the deadline.
    """

    pair = models.ForeignKey(PeerPair, on_delete=models.PROTECT, related_name="contributions")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="contributions")
    is_owed = models.BooleanField(default=True)
    state = models.CharField(
        gettext_lazy("state"),
        max_length=10,
        choices=ContributionState.choices,
        default=ContributionState.ASKED,
    )
    strengths = models.TextField(gettext_lazy("strengths"), max_length=5_000, blank=True)
    questions = models.TextField(gettext_lazy("questions"), max_length=5_000, blank=True)
    ideas = models.TextField(gettext_lazy("ideas"), max_length=5_000, blank=True)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField(gettext_lazy("given"), null=True, blank=True)
    waived_reason = models.TextField(blank=True)
    thanked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    thanked_at = models.DateTimeField(null=True, blank=True)
    is_useful = models.BooleanField(gettext_lazy("useful"), default=False)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("pair", "participant", name="contribution_once_per_person"),
            models.CheckConstraint(
                condition=Q(state__in=ContributionState.values), name="contribution_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ContributionState.GIVEN) | Q(given_at__isnull=False),
                name="given_contribution_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=ContributionState.WAIVED) | ~Q(waived_reason=""),
                name="waived_contribution_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant}, {self.pair}"

    @property
    def is_late(self) -> bool:
        """Whether it was given after the deadline. Reads the pair's round."""
        due_at = self.pair.round.due_at
        return self.given_at is not None and due_at is not None and self.given_at > due_at


# --- Who takes part in a round --------------------------------------------------------------------------


def teams_of(cohort: Cohort) -> list[Team]:
    """The teams that somebody takes part in now, in order."""
    present = Participant.objects.present().filter(team=OuterRef("pk"))
    return list(cohort.teams.with_names().filter(Exists(present)).in_order())


def history_of(cohort: Cohort, *, but: PeerRound | None = None) -> list[Arrow]:
    """Who has given to whom in the rounds that were opened and not called off.

    but: a round that is left out, and with it those that were opened after it.
    """
    pairs = PeerPair.objects.filter(round__cohort=cohort, round__state=RoundState.OPEN)
    if but is not None:
        pairs = pairs.exclude(round=but)
    if but is not None and but.opened_at is not None:
        pairs = pairs.filter(round__opened_at__lt=but.opened_at)
    return list(pairs.values_list("giver_id", "receiver_id").order_by("pk"))


def asked_in(round: PeerRound, day: date) -> ParticipantQuerySet:
    """Those of the giving teams who take part on the day of the opening: who comes later owes nothing."""
    givers = round.pairs.values("giver")
    return Participant.objects.present().on(day).filter(team__in=givers).with_names().in_order()


def gaps_of(cohort: Cohort, now: datetime) -> Sequence[Contribution]:
    """What is missing although the deadline has passed, by team and person. One query."""
    rows = Contribution.objects.missing().filter(pair__round__cohort=cohort, pair__round__due_at__lte=now)
    return list(rows.with_names().in_order())


# --- What «What do I lack?» is told ---------------------------------------------------------------------


def evidence(participants: Sequence[Participant], now: datetime) -> dict[int, Evidence]:
    """Participant's key → whether they have contributed as asked; two queries, however many people.

    Only of those in whose cohort contributions are a condition. Owed is what was asked for on the day of an
    opening: who comes later owes nothing of earlier rounds, and nobody anything of a round called off.
    Reads `team.application` of each participant, whom `with_names` has read.
    """
    cohorts = {person.team.cohort_id for person in participants}
    rules = ContributionRule.objects.filter(cohort__in=cohorts, contributions_required=True)
    required = set(rules.values_list("cohort_id", flat=True))
    concerned = [person for person in participants if person.team.cohort_id in required]
    owed: dict[int, list[Contribution]] = {person.pk: [] for person in concerned}
    rows = Contribution.objects.owed().filter(participant__in=[person.pk for person in concerned])
    for row in rows.with_names().in_order():
        owed[row.participant_id].append(row)
    return {person.pk: _evidence(person, owed[person.pk], now) for person in concerned}


def _evidence(person: Participant, owed: Sequence[Contribution], now: datetime) -> Evidence:
    missing = [row for row in owed if row.state == ContributionState.ASKED]
    given = [row.given_at for row in owed if row.given_at]
    url = reverse("cohorts:contributions", args=[person.team.reference])
    if not owed:
        return Evidence(is_met=True, says=_("No contribution has been asked of you so far."), url=url)
    if not missing:
        says = ngettext(
            "You have given, or been let off, the %(count)s contribution that was asked of you.",
            "You have given, or been let off, all %(count)s contributions that were asked of you.",
            len(owed),
        )
        last = max(given, default=None)
        return Evidence(
            is_met=True,
            says=says % {"count": len(owed)},
            happened_on=formats.local(last).date() if last else None,
            url=url,
        )
    says = ngettext(
        "%(count)s contribution of the %(all)s that were asked of you is missing.",
        "%(count)s contributions of the %(all)s that were asked of you are missing.",
        len(missing),
    )
    first = missing[0]
    if first.pair.round.is_over(now):
        step = _("Give %(team)s your contribution, although the deadline has passed.")
    else:
        step = _("Give %(team)s your contribution.")
    return Evidence(
        is_met=False,
        says=says % {"count": len(missing), "all": len(owed)},
        next_step=step % {"team": first.pair.receiver},
        url=url,
        due_at=first.pair.round.due_at,
    )
