"""The pages of the study tour: who sees what, and that every flow goes through its forms."""

from __future__ import annotations

import pytest
from django.urls import reverse

from applications.states import Participation
from cohorts import models as c
from innoskole.accounts.audit import history
from tests.cohorts.factories import CohortFactory, SessionFactory
from tests.cohorts.study_tour.factories import (
    STARTS_ON,
    NeedsFactory,
    SignUpFactory,
    StudyTourFactory,
    room,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, administrator, now):
    client.force_login(administrator)
    return client


def address(name: str, *args) -> str:
    return reverse(f"cohorts:{name}", args=args)


def page(client, name: str, *args, **query) -> str:
    response = client.get(address(name, *args), query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_an_administrator_prepares_the_tour(admin, cohort, administrator):
    held = SessionFactory(cohort=cohort, number=6, is_study_tour=True, starts_on=STARTS_ON, days=3)
    SessionFactory(cohort=cohort, number=1)
    assert "Prepare the study tour" in page(admin, "study_tour", cohort.slug)
    url = address("study_tour_settings", cohort.slug)
    form = admin.get(url).context["form"]
    assert list(form.fields["session"].queryset) == [held]
    said = {
        "session": held.pk,
        "destination": "Aarhus",
        "about": "",
        "cost": "Free",
        "asked": "",
        "sign_up_closes_at": "2027-05-20T15:00",
        "kept_days": "10",
        "seen": "",
    }
    assert admin.post(url, said).status_code == 302
    tour = c.StudyTour.objects.with_plan().get()
    assert (tour.destination, tour.kept_days, tour.deleted_on.isoformat()) == ("Aarhus", 10, "2027-06-14")
    form = admin.get(url).context["form"]
    again = {**said, "destination": "Malmö", "seen": form["seen"].value()}
    assert admin.post(url, again).status_code == 302
    assert admin.post(url, again).status_code == 200  # what was seen is old by now
    assert c.StudyTour.objects.get().destination == "Malmö"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_has_a_constant_number_of_queries(admin, tour, people, rows, django_assert_num_queries):
    for person in people[:rows]:
        SignUpFactory(tour=tour, participant=person)
    with django_assert_num_queries(11):
        text = page(admin, "study_tour", tour.cohort.slug)
    assert text.count("Give ") == rows


def test_the_list_marks_who_has_left_and_filters(admin, tour, people):
    a, b, d, e = people
    SignUpFactory(tour=tour, participant=a, shares_with=b)
    SignUpFactory(tour=tour, participant=b)
    SignUpFactory(tour=tour, participant=d, stays=True)
    type(b.member).everyone.filter(pk=b.member.pk).update(participation=Participation.WITHDRAWN, left_at=NOW)

    def shown(answer: str) -> list[str]:
        response = admin.get(address("study_tour", tour.cohort.slug), {"answer": answer})
        return [str(each.participant) for each, _color in response.context["people"]]

    assert {answer: shown(answer) for answer in ("coming", "not_coming", "none", "left", "no_room")} == {
        "coming": [str(a)],
        "not_coming": [str(d)],
        "none": [str(e)],
        "left": [str(b)],
        "no_room": [str(a)],
    }
    assert f"Would share with {b}, who does not come." in page(admin, "study_tour", tour.cohort.slug)


def test_a_leader_organises_and_another_instructor_does_not(client, tour, teacher, now):
    client.force_login(teacher)
    assert "For the kitchen" not in page(client, "study_tour", tour.cohort.slug)
    names = ("study_tour_rooms", "study_tour_kitchen", "study_tour_needs")
    assert [client.get(address(name, tour.cohort.slug)).status_code for name in names] == [404] * 3
    tour.leaders.add(teacher)
    assert [client.get(address(name, tour.cohort.slug)).status_code for name in names] == [200] * 3
    assert client.get(address("study_tour_settings", tour.cohort.slug)).status_code == 404


def test_the_kitchen_is_told_no_names_and_reading_names_stands_in_the_history(admin, tour, people):
    for person in people[:2]:
        NeedsFactory(sign_up=SignUpFactory(tour=tour, participant=person))
    response = admin.get(address("study_tour_kitchen", tour.cohort.slug))
    said, text = response.context["kitchen"], response.content.decode()
    assert (said.people, said.counts, said.notes) == (
        2,
        [(c.Diet.VEGAN, 2), (c.Diet.NO_NUTS, 2)],
        ["Sesame", "Sesame"],
    )
    assert not any(str(person) in text or "Nærmest" in text for person in people)
    assert history(tour).count() == 0
    text = page(admin, "study_tour_needs", tour.cohort.slug)
    assert str(people[0]) in text
    assert "Nora Nærmest" in text
    assert [event.verb for event in history(tour)] == ["read with names what people eat and whom to call"]


def test_exports_are_logged_and_the_kitchens_has_no_names(admin, tour, people):
    NeedsFactory(sign_up=SignUpFactory(tour=tour, participant=people[0]))
    for what in ("kitchen", "people"):
        response = admin.get(address("study_tour_export", tour.cohort.slug, what, "csv"))
        text = response.content.decode("utf-8-sig")
        assert (str(people[0]) in text) == (what == "people")
        assert ("Nora Nærmest" in text) == (what == "people")
    assert [event.changes["File"][1] for event in history(tour)] == [
        f"study-tour-people-{tour.cohort.slug}.csv",
        f"study-tour-kitchen-{tour.cohort.slug}.csv",
    ]
    assert [event.changes["Rows"][1] for event in history(tour)] == [4, 4]


@pytest.mark.parametrize("rows", [1, 3])
def test_rooms_are_shared_out_through_the_pages(admin, tour, people, rows, django_assert_num_queries):
    slug = tour.cohort.slug
    admin.post(address("study_tour_rooms", slug), {"name": "Single", "count": str(rows), "beds": "1"})
    for person in people[:rows]:
        SignUpFactory(tour=tour, participant=person, room_wish="single")
    proposal = address("study_tour_proposal", slug)
    seen = admin.get(proposal).context["form"]["seen"].value()
    assert admin.post(proposal, {"seen": seen}).status_code == 302
    with django_assert_num_queries(12):
        text = page(admin, "study_tour_rooms", slug)
    assert "Everybody who comes has a room." in text
    mine = c.TourSignUp.objects.get(participant=people[0])
    place = address("study_tour_place", slug, mine.pk)
    assert admin.post(place, {"room": ""}).status_code == 302
    assert c.TourBed.objects.filter(sign_up=mine).count() == 0


# --- The participant --------------------------------------------------------------------------------


@pytest.fixture
def own(client, people, now):
    client.force_login(people[0].member.user)
    return client


def said(**changes) -> dict:
    return {
        "is_coming": "yes",
        "reason": "",
        "room_wish": "single",
        "shares_with": "",
        "diets": ["vegan"],
        "diet_note": "",
        "contact_name": "Nora Nærmest",
        "contact_phone": "+47 900 00 000",
    } | changes


def test_a_participant_signs_up_and_sees_the_answer(own, tour, people):
    slug = tour.cohort.slug
    url = address("course_study_tour_sign_up", slug)
    assert own.post(url, said()).url == address("course_study_tour", slug)
    text = page(own, "course_study_tour", slug)
    for shown in ("Yes, I come", "A room of my own", "Vegan", "Nora Nærmest", "The rooms are not ready yet."):
        assert shown in text


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"is_coming": ""}, ["is_coming"]),
        ({"is_coming": "no"}, ["reason"]),
        ({"room_wish": ""}, ["room_wish"]),
        ({"room_wish": "shared"}, ["shares_with"]),
        ({"contact_name": "", "contact_phone": ""}, ["contact_name", "contact_phone"]),
        ({"contact_phone": "call me"}, ["contact_phone"]),
        ({"diets": ["halal"]}, ["diets"]),
    ],
)
def test_what_is_missing_is_said_at_its_field(own, tour, change, fields):
    response = own.post(address("course_study_tour_sign_up", tour.cohort.slug), said(**change))
    assert sorted(response.context["form"].errors) == sorted(fields)
    assert c.TourSignUp.objects.count() == 0


def test_one_names_only_others_of_the_cohort(own, tour, people):
    form = own.get(address("course_study_tour_sign_up", tour.cohort.slug)).context["form"]
    assert list(form.fields["shares_with"].queryset) == people[1:]


def test_late_the_form_asks_for_no_room(own, cohort, people):
    tour = StudyTourFactory(cohort=cohort, closed=True)
    url = address("course_study_tour_sign_up", cohort.slug)
    assert own.get(url).status_code == 302  # who has not answered cannot any more
    SignUpFactory(tour=tour, participant=people[0], shares_with=people[1])
    form = own.get(url).context["form"]
    assert {"room_wish", "shares_with"} & set(form.fields) == set()
    data = {name: value for name, value in said().items() if name in form.fields}
    assert own.post(url, {**data, "diets": ["no_nuts"]}).status_code == 302
    mine = c.TourSignUp.objects.get()
    assert (mine.shares_with, mine.needs.diets) == (people[1], ["no_nuts"])


def test_sharing_is_agreed_to_on_the_page(own, tour, people):
    SignUpFactory(tour=tour, participant=people[0])
    asker = SignUpFactory(tour=tour, participant=people[1], shares_with=people[0])
    slug = tour.cohort.slug
    assert f"Share with {people[1]}" in page(own, "course_study_tour", slug)
    url = address("course_study_tour_share", slug, asker.pk)
    assert own.get(url).status_code == 302
    assert c.TourSignUp.objects.get(participant=people[0]).shares_with is None
    own.post(url, {"answer": "yes"})
    assert "both agree" in page(own, "course_study_tour", slug)


def test_ones_room_is_seen_when_the_rooms_are_shown(own, tour, people):
    double = room(tour, "Fjord 7", 2)
    for bed, person in zip(double.beds.all(), people, strict=False):
        c.TourBed.objects.filter(pk=bed.pk).update(sign_up=SignUpFactory(tour=tour, participant=person))
    slug = tour.cohort.slug
    assert "Fjord 7" not in page(own, "course_study_tour", slug)
    c.StudyTour.objects.update(rooms_shown_at=NOW)
    text = page(own, "course_study_tour", slug)
    assert "Fjord 7" in text
    assert f"Together with {people[1]}" in text


def test_nothing_is_shown_before_the_sign_up_opens(own, people, cohort):
    StudyTourFactory(cohort=cohort, unopened=True)
    assert "Aarhus" not in page(own, "course_study_tour", cohort.slug)
    CohortFactory(intake__slug="another")
    assert own.get(address("course_study_tour", "another")).status_code == 404
