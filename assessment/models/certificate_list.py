"""The people of a cohort and their certificates, as the staff see them: filtered, sorted and counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q

from applications.states import BEGUN
from assessment.models.certificate_claims import Claim
from assessment.models.certificates import Certificate
from assessment.models.exam.grades import Grade
from cohorts.models import Cohort, Participant
from cohorts.models.cohort import CohortQuerySet
from cohorts.models.team import ParticipantQuerySet
from innoskole.municipalities.names import sort_key

# For how long after a cohort's last day, or the publication of grades, the home page asks about it.
ASKED_FOR = timedelta(days=365)


def with_a_claim(cohort: Cohort) -> ParticipantQuerySet:
    """Those who take part or have completed, and those who have left with a grade or a certificate."""
    kept = (
        Q(member__participation__in=BEGUN)
        | Exists(Certificate.objects.filter(participant=OuterRef("pk")))
        | Exists(Grade.objects.published().filter(candidate__participant=OuterRef("pk")))
    )
    return Participant.objects.filter(kept, team__cohort=cohort).with_names().in_order()


def asked_about(now: datetime, today: date) -> ParticipantQuerySet:
    """Those of the cohorts of the last year who may have earned something that they have not got.

    A coarse sieve, so that the home page reckons nothing where everything is done.
    """
    valid = Certificate.objects.valid().filter(participant=OuterRef("pk"))
    grades = Grade.objects.published().current().filter(candidate__participant=OuterRef("pk"))
    transcripts = valid.filter(kind=Certificate.Kind.TRANSCRIPT)
    lacking = (
        ~Exists(valid)
        | (Exists(grades) & ~Exists(transcripts))
        | Exists(transcripts.filter(grade__superseded_at__isnull=False))
    )
    people = Participant.objects.filter(lacking, team__cohort__in=_recent(now, today).values("pk"))
    return people.with_names().in_order()


def _recent(now: datetime, today: date) -> CohortQuerySet:
    ended = Cohort.objects.annotate(last_on=Max("sessions__days__held_on"))
    held = Q(last_on__lt=today, last_on__gte=today - ASKED_FOR)
    return ended.filter(held | Q(exams__published_at__gte=now - ASKED_FOR))


@dataclass(frozen=True, kw_only=True)
class Filters:
    """text: words of a name, a municipality or a number. team: its number. kind, state: of the claim."""

    text: str = ""
    team: str = ""
    kind: str = ""
    state: str = ""

    def let_through(self, one: Claim) -> bool:
        person = one.participant
        numbers = " ".join(certificate.number for certificate in one.certificates)
        words = f"{person} {person.team} {numbers}".casefold()
        return (
            all(word in words for word in self.text.casefold().split())
            and (not self.team or self.team == str(person.team.number))
            and (not self.kind or self.kind == one.kind)
            and (not self.state or self.state == one.state)
        )


def _team(one: Claim) -> tuple[Any, ...]:
    person = one.participant
    return person.team.number, person.began_on, person.pk


def _issued(one: Claim) -> tuple[Any, ...]:
    shown = one.shown
    return (0, shown.issued_at, shown.pk) if shown else (1, _team(one))


SORTS: Mapping[str, Callable[[Claim], tuple[Any, ...]]] = {
    "name": lambda one: (sort_key(one.participant.member.name), one.participant.pk),
    "team": _team,
    "number": lambda one: (one.shown.number if one.shown else "", *_team(one)),
    "issued": _issued,
}


def in_order(claims: Iterable[Claim], sort: str) -> list[Claim]:
    """By the key of a sort, «-» before it for the other way round."""
    return sorted(claims, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
