"""The pages of the plan: what a form does, what a page shows, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cohorts.models import Material, ProgrammeItem
from cohorts.models.plan import Norm, findings, plan_of
from innoskole.notifications.models import Message
from tests.cohorts.factories import InstructorFactory, SessionFactory, TeamFactory
from tests.cohorts.plan.factories import ItemFactory, MaterialFactory, OutcomeFactory, a_cohort
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

DAY = timedelta(days=1)
SOON = NOW.date() + 30 * DAY
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def browser(log_in, administrator):
    administrator.language = "en"
    administrator.save(update_fields=["language"])
    return log_in(administrator)


def page(name: str, cohort, *args: object) -> str:
    return reverse(f"cohorts:{name}", args=[cohort.slug, *args])


def text(response) -> str:
    return " ".join(response.content.decode().split())


def days(*dates: date | str, places: tuple[str, ...] = ()) -> dict[str, object]:
    """The formset as a browser posts it."""
    data: dict[str, object] = {"day-TOTAL_FORMS": len(dates), "day-INITIAL_FORMS": 0}
    for number, held_on in enumerate(dates):
        data |= {
            f"day-{number}-held_on": held_on,
            f"day-{number}-starts": "09:00",
            f"day-{number}-ends": "16:00",
            f"day-{number}-halves": "both",
            f"day-{number}-place": places[number] if places else "",
        }
    return data


def test_a_session_is_added_with_its_days_in_one_form(browser, cohort):
    data = {"number": 1, "title_nb": "Ny", "place": "Hamar", **days(SOON, SOON + DAY, "")}
    response = browser.post(page("session_add", cohort), data)
    session = cohort.sessions.get()
    assert response.url == page("plan_session", cohort, session.pk)
    assert (session.title_nb, session.place, session.dates) == ("Ny", "Hamar", [SOON, SOON + DAY])


def test_a_date_emptied_takes_the_day_out_and_says_who_got_mail_beforehand(browser, cohort):
    TeamFactory(cohort=cohort, people=2)
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON)
    form = text(browser.get(page("session_edit", cohort, session.pk)))
    assert "If you save another date, time or place, 2 people, who take part or teach, get an e-mail" in form
    data = {"number": 1, "title_nb": "Ny", "version": session.version, **days(SOON, "", "")}
    browser.post(page("session_edit", cohort, session.pk), data)
    assert session.dates == [SOON]
    assert Message.objects.filter(kind="session_changed").count() == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day-0-held_on": ""}, None),
        ({"day-1-held_on": str(SOON)}, "Two days of the session have the same date."),
        ({"day-0-ends": "08:00"}, "The end must be later than the start."),
        ({"version": "old"}, "Someone else has just changed this."),
        ({"title_nb": ""}, "title"),
        ({"day-0-held_on": "2101-01-01"}, "2097"),
    ],
)
def test_what_the_form_refuses_changes_nothing(browser, cohort, fields, sentence):
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON)
    before = session.dates
    data = {"number": 1, "title_nb": "Ny", "version": session.version, **days(SOON, SOON + DAY, ""), **fields}
    response = browser.post(page("session_edit", cohort, session.pk), data)
    if sentence is None:  # a date emptied is no fault
        assert response.status_code == 302
        return
    assert response.status_code == 200
    assert sentence in text(response)
    session.refresh_from_db()
    assert (session.title_nb, session.dates) == ("Tjenestedesign", before)


def test_the_sessions_of_the_programme_are_made_and_the_page_says_that_all_is_well(browser):
    cohort = a_cohort(planned=True)
    assert "Make the sessions of the programme" in text(browser.get(page("plan", cohort)))
    browser.post(page("plan_make", cohort), {"first_on": "2027-09-14", "weeks_between": 5})
    shown = text(browser.get(page("plan", cohort)))
    assert "6 sessions of 6, with 14 of 14 days." in shown
    assert "The plan has the sessions and days that it is to have, in order." in shown


def test_a_copy_shows_its_dates_and_its_faults_before_it_is_made(browser):
    source, target = a_cohort(), a_cohort(planned=True)
    SessionFactory(cohort=source, number=1, starts_on=date(2027, 5, 17))
    data = {"source": source.pk, "first_on": "2028-05-17", "step": "check"}
    shown = text(browser.post(page("plan_copy", target), data))
    assert "Monday 15 May 2028 – Tuesday 16 May 2028" in shown
    assert "The plan has 1 session, and the cohort is to have 6." in shown
    assert target.sessions.count() == 0
    browser.post(page("plan_copy", target), data | {"step": "save"})
    assert [session.dates for session in target.sessions.all()] == [[date(2028, 5, 15), date(2028, 5, 16)]]


def test_an_instructor_adds_an_item_with_material_which_the_cohort_reads(log_in, cohort):
    team = TeamFactory(cohort=cohort, people=1)
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON)
    outcome = OutcomeFactory(cohort=cohort)
    teacher = log_in(InstructorFactory(cohort=cohort).user)
    data = {
        "day": session.days.first().pk,
        "starts": "09:00",
        "ends": "10:00",
        "kind": "lecture",
        "title_nb": "Tjenestelogikk",
        "theory": "on",
        "outcomes": [outcome.pk],
    }
    teacher.post(page("item_add", cohort, session.pk), data)
    item = ProgrammeItem.objects.get()
    assert (item.title_nb, item.theory, list(item.outcomes.all())) == ("Tjenestelogikk", True, [outcome])
    upload = {"title": "Slides", "file": SimpleUploadedFile("a.pdf", PDF), "is_published": "on"}
    teacher.post(page("material_add", cohort, item.pk), upload)
    material = Material.objects.get()
    student = log_in(team.participants.get().member.user)
    programme = text(student.get(page("course_programme", cohort)))
    assert "Tjenestelogikk" in programme
    url = reverse("cohorts:material", args=[material.pk])
    assert url in programme
    response = student.get(url)
    assert b"".join(response.streaming_content) == PDF
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.pdf"'


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "one of them"),
        ({"link": "https://example.no", "file": SimpleUploadedFile("a.pdf", PDF)}, "one of them"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ program")}, "is not a PDF, JPEG or PNG file"),
        ({"link": "javascript:alert(1)"}, "URL"),
    ],
)
def test_material_is_a_checked_file_or_a_link(browser, cohort, fields, sentence):
    item = ItemFactory(day=SessionFactory(cohort=cohort).days.first())
    response = browser.post(page("material_add", cohort, item.pk), {"title": "Slides", **fields})
    assert sentence in text(response)
    assert not Material.objects.exists()


def test_the_public_page_shows_no_material_and_no_names(client, cohort):
    team = TeamFactory(cohort=cohort, people=1)
    cohort.programme_published_at = NOW
    cohort.save()
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON)
    item = ItemFactory(day=session.days.first())
    MaterialFactory(item=item, published=True)
    titles = {"nb": "Hva er innovasjon?", "nn": "Kva er innovasjon?", "en": "What is innovation?"}
    for language, title in titles.items():
        client.cookies["django_language"] = language
        shown = text(client.get(page("programme", cohort)))
        assert title in shown
        assert "example.no/slides" not in shown
        assert team.participants.get().member.name not in shown


def test_the_intake_leads_to_the_programme_once_it_is_public(client, cohort):
    url = page("programme", cohort)
    intake = cohort.intake.get_absolute_url()
    assert url not in client.get(intake).content.decode()
    cohort.programme_published_at = NOW
    cohort.save()
    assert url in client.get(intake).content.decode()


def fill(cohort, rows: int) -> None:
    """So many sessions, with as many items on their first days, and material and outcomes each."""
    outcomes = OutcomeFactory.create_batch(rows, cohort=cohort)
    for number in range(rows):
        session = SessionFactory(cohort=cohort, number=number + 1, starts_on=SOON + number * 7 * DAY)
        for _n in range(rows):
            item = ItemFactory(day=session.days.first(), outcomes=outcomes)
            MaterialFactory.create_batch(rows, item=item, published=True)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("plan", 8), ("coverage", 8), ("plan_session", 9), ("programme", 7)]
)
def test_pages_of_the_staff_cost_the_same_for_many_rows(
    browser, cohort, django_assert_num_queries, name, queries, rows
):
    fill(cohort, rows)
    args = [cohort.sessions.first().pk] if name == "plan_session" else []
    with django_assert_num_queries(queries):
        assert browser.get(page(name, cohort, *args)).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_a_participants_programme_costs_the_same_for_many_rows(
    log_in, cohort, django_assert_num_queries, rows
):
    fill(cohort, rows)
    client = log_in(TeamFactory(cohort=cohort, people=1).participants.get().member.user)
    with django_assert_num_queries(7):
        assert client.get(page("course_programme", cohort)).status_code == 200


def test_the_demo_of_a_good_plan_is_judged_the_same_from_rows_as_from_values(browser):
    cohort = a_cohort(planned=True)
    browser.post(page("plan_make", cohort), {"first_on": "2027-09-14", "weeks_between": 5})
    plan = plan_of(cohort.sessions.with_programme())
    assert findings(plan, Norm.of(cohort)) == []
