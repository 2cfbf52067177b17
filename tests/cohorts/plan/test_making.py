"""A whole plan at once: the sessions of the programme page, and another cohort's plan in other weeks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from cohorts.actions.plan import making
from cohorts.models import LearningOutcome, Material
from cohorts.models.plan import Norm, findings, plan_of
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from tests.cohorts.factories import InstructorFactory, SessionFactory
from tests.cohorts.plan.factories import ItemFactory, MaterialFactory, OutcomeFactory, a_cohort
from tests.factories import NOW

pytestmark = pytest.mark.django_db

TUESDAY = date(2027, 9, 14)


@pytest.fixture
def planned():
    return a_cohort(planned=True)


def make(cohort, by, first_on: date | None = TUESDAY, weeks_between: int = 5) -> None:
    making.make_sessions(cohort, first_on=first_on, weeks_between=weeks_between, by=by, now=NOW)


def plan(cohort):
    return plan_of(cohort.sessions.with_programme())


def test_the_sessions_of_the_programme_page_make_a_plan_in_order(planned, administrator):
    make(planned, administrator)
    found = list(planned.sessions.in_order())
    assert [(each.number, each.title_nb, each.is_study_tour) for each in found] == [
        (1, "Innovasjon og kreativitet", False),
        (2, "Tjenestedesign", False),
        (3, "Innovasjon i kommuner", False),
        (4, "Innovasjonsledelse og sosialt entreprenørskap", False),
        (5, "Implementering og spredning av innovasjon", False),
        (6, "Studietur – innovasjonseksempler", True),
    ]
    assert [len(session.days) for session in plan(planned)] == [2, 2, 2, 2, 3, 3]
    assert findings(plan(planned), Norm.of(planned)) == []
    assert planned.outcomes.count() == 15
    assert [event.verb for event in audit.history(planned)] == ["made the sessions of the programme"]


def test_everything_stands_in_three_languages(planned, administrator):
    make(planned, administrator)
    for row in [*planned.sessions.all(), *planned.outcomes.all()]:
        fields = ("title", "about") if hasattr(row, "title_nb") else ("text",)
        for field in fields:
            texts = {getattr(row, f"{field}_{language}") for language in ("nb", "nn", "en")}
            assert "" not in texts, row
    second = planned.sessions.get(number=2)
    titles = {}
    for language in ("nb", "nn", "en"):
        with translation.override(language):
            titles[language] = second.title
    assert titles == {"nb": "Tjenestedesign", "nn": "Tenestedesign", "en": "Service design"}


def test_without_a_first_day_the_sessions_are_not_placed_in_time(planned, administrator):
    make(planned, administrator, first_on=None)
    assert [session.days for session in plan(planned)] == [()] * 6


def test_a_plan_that_exists_or_runs_is_not_made_anew(planned, administrator):
    make(planned, administrator)
    with pytest.raises(Refused):
        make(planned, administrator)
    running = a_cohort()
    with pytest.raises(Refused):
        make(running, administrator)
    assert (planned.sessions.count(), running.sessions.count()) == (6, 0)


@pytest.fixture
def source():
    """Two sessions of two days from Tuesday 14 September 2027, with an item, a link and a file."""
    cohort = a_cohort()
    first = SessionFactory(cohort=cohort, number=1, starts_on=TUESDAY)
    SessionFactory(cohort=cohort, number=2, starts_on=TUESDAY + timedelta(weeks=5), is_study_tour=True)
    outcome = OutcomeFactory(cohort=cohort, code="K1")
    item = ItemFactory(day=first.days.first(), outcomes=[outcome], room="Aud 1")
    MaterialFactory(item=item, published=True)
    MaterialFactory(item=item, pdf=True, published=True)
    return cohort


def test_a_plan_is_copied_by_whole_weeks_with_links_only(planned, source, administrator):
    making.copy_plan(planned, source, first_on=date(2028, 9, 15), by=administrator, now=NOW)  # a Friday
    assert [session.dates for session in planned.sessions.with_days()] == [
        [date(2028, 9, 12), date(2028, 9, 13)],
        [date(2028, 10, 17), date(2028, 10, 18)],
    ]
    assert [session.is_study_tour for session in planned.sessions.all()] == [False, True]
    planned.refresh_from_db()
    assert planned.copied_from == source
    (item,) = [
        item for session in planned.sessions.all() for day in session.days.all() for item in day.items.all()
    ]
    assert (item.title_nb, item.room, item.theory) == ("Hva er innovasjon?", "Aud 1", True)
    assert list(item.outcomes.all()) == list(planned.outcomes.all())
    assert list(item.materials.values_list("title", "link", "published_at", "added_by")) == [
        ("Slides", "https://example.no/slides", None, administrator.pk)
    ]
    assert [event.verb for event in audit.history(planned)] == ["copied the plan of another cohort"]


def test_the_source_stays_as_it_was(planned, source, administrator):
    before = plan(source)
    making.copy_plan(planned, source, first_on=date(2028, 9, 12), by=administrator, now=NOW)
    assert plan(source) == before
    assert LearningOutcome.objects.filter(cohort=source).count() == 1
    assert Material.objects.filter(item__day__session__cohort=source).count() == 2


def test_what_is_shown_before_is_what_is_done(planned, source, administrator):
    shown = making.copied(source, date(2028, 9, 12))
    making.copy_plan(planned, source, first_on=date(2028, 9, 12), by=administrator, now=NOW)
    assert plan(planned) == shown


def test_outcomes_that_the_cohort_has_stay_its_own(planned, source, administrator):
    own = OutcomeFactory(cohort=planned, code="K1", text_nb="Eget")
    making.copy_plan(planned, source, first_on=date(2028, 9, 12), by=administrator, now=NOW)
    assert list(planned.outcomes.values_list("pk", "text_nb")) == [(own.pk, "Eget")]


def test_a_plan_is_not_copied_over_another_one_nor_beyond_the_known_holidays(planned, source, administrator):
    with pytest.raises(Refused):
        making.copied(source, date(2097, 12, 30))
    SessionFactory(cohort=planned, number=1)
    with pytest.raises(Refused):
        making.copy_plan(planned, source, first_on=date(2028, 9, 12), by=administrator, now=NOW)
    assert planned.sessions.count() == 1


def test_an_instructor_of_two_cohorts_on_one_day_is_pointed_out(source):
    from cohorts.models.plan import elsewhere

    mine = InstructorFactory(cohort=source)
    other = a_cohort()
    InstructorFactory(cohort=other, user=mine.user)
    SessionFactory(cohort=other, number=1, starts_on=TUESDAY + timedelta(days=1))
    days = [TUESDAY, TUESDAY + timedelta(days=1)]
    assert elsewhere(source, days) == {days[1]: [(mine.user.name, str(other))]}
