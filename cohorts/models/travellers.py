"""The people of a study tour as the lists show them, and what the kitchen is told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models.rooming import pairs
from cohorts.models.study_tour import Diet, RoomWish, StudyTour, TourNeeds, TourSignUp
from cohorts.models.team import Participant


class Answer(models.TextChoices):
    COMING = "coming", gettext_lazy("Comes")
    NOT_COMING = "not_coming", gettext_lazy("Does not come")
    NONE = "none", gettext_lazy("Has not answered")
    LEFT = "left", gettext_lazy("Has left the course")


@dataclass(frozen=True)
class Traveller:
    """A participant, their answer if there is one, and how it stands with whom they would share."""

    participant: Participant
    sign_up: TourSignUp | None
    answer: Answer
    sharing: str

    @property
    def room(self) -> str:
        """What the room is called; empty for who has none, and for who does not come any more."""
        bed = getattr(self.sign_up, "bed", None) if self.answer == Answer.COMING else None
        return bed.room.name if bed else ""


def travellers(tour: StudyTour) -> list[Traveller]:
    """Everybody who takes part now, and who has answered and left since; two queries."""
    answers = {
        each.participant_id: each for each in TourSignUp.objects.with_names().filter(tour=tour).in_order()
    }
    rows = Participant.objects.filter(team__cohort=tour.cohort_id).with_names().in_order()
    people = [person for person in rows if person.is_present or person.pk in answers]
    coming = [
        answers[person.pk]
        for person in people
        if person.pk in answers and person.is_present and answers[person.pk].is_coming
    ]
    shares = pairs(coming)
    return [
        Traveller(
            person,
            answers.get(person.pk),
            _answer(person, answers.get(person.pk)),
            sharing(answers.get(person.pk), shares, answers),
        )
        for person in people
    ]


def _answer(person: Participant, sign_up: TourSignUp | None) -> Answer:
    if not person.is_present:
        return Answer.LEFT
    if sign_up is None:
        return Answer.NONE
    return Answer.COMING if sign_up.is_coming else Answer.NOT_COMING


def sharing(
    sign_up: TourSignUp | None, shares: Mapping[int, TourSignUp], answers: Mapping[int, TourSignUp]
) -> str:
    """How it stands with the person named, as a sentence; empty for who names nobody.

    shares: rooming.pairs of those who come. answers: all of the tour, by participant.
    """
    if sign_up is None or sign_up.shares_with is None:
        return ""
    named = {"name": sign_up.shares_with}
    if sign_up.participant_id in shares:
        return _("Shares with %(name)s; both agree.") % named
    theirs = answers.get(sign_up.shares_with.pk)
    if not sign_up.shares_with.is_present or (theirs is not None and not theirs.is_coming):
        return _("Would share with %(name)s, who does not come.") % named
    if sign_up.refused_at is not None:
        return _("Would share with %(name)s, who has said no.") % named
    return _("Would share with %(name)s, who has not answered.") % named


@dataclass(frozen=True)
class Kitchen:
    """How many come, how many of them need what, and the short texts, none with a name."""

    people: int
    counts: Sequence[tuple[Diet, int]]
    notes: Sequence[str]


def kitchen(tour: StudyTour) -> Kitchen:
    """Two queries. Texts stand in the order of the alphabet, so that their order tells nothing."""
    coming = TourSignUp.objects.coming().filter(tour=tour)
    needs = list(TourNeeds.objects.filter(sign_up__in=coming))
    counts = Counter(diet for each in needs for diet in each.diets)
    return Kitchen(
        coming.count(),
        [(diet, counts[diet]) for diet in Diet if counts[diet]],
        sorted(each.diet_note for each in needs if each.diet_note),
    )


def wishes(people: Sequence[Traveller]) -> list[tuple[str, int]]:
    """How many of those who come wish for which room."""
    counts = Counter(
        each.sign_up.room_wish for each in people if each.sign_up and each.answer == Answer.COMING
    )
    return [(str(wish.label), counts[wish]) for wish in RoomWish]
