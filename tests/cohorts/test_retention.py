"""What is deleted when its time is up, and what is kept."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from applications.states import Participation
from cohorts import models as c
from cohorts.actions.retention import forget
from cohorts.tasks import forget_details
from innoskole.accounts.audit import history
from tests.cohorts.factories import CohortFactory, ParticipantFactory, SessionFactory, TeamFactory
from tests.cohorts.speakers.factories import SpeakerFactory, SpeakerFileFactory
from tests.cohorts.study_tour.factories import NeedsFactory, SignUpFactory, StudyTourFactory, room
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NOTHING = {"tours": 0, "leavers": 0, "speakers_who_did_not_come": 0, "speakers": 0, "staff_notes": 0}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def tour_that_ended(days_ago: int) -> c.StudyTour:
    cohort = CohortFactory(intake__slug=f"ended-{days_ago}")
    held = SessionFactory(
        cohort=cohort,
        number=6,
        is_study_tour=True,
        starts_on=NOW.date() - timedelta(days=days_ago + 1),
        days=2,
    )
    return StudyTourFactory(
        cohort=cohort,
        session=held,
        opened_at=NOW - timedelta(days=90),
        sign_up_closes_at=NOW - timedelta(days=60),
    )


def answered(tour: c.StudyTour) -> c.TourSignUp:
    team = TeamFactory(cohort=tour.cohort, people=0)
    SignUpFactory(tour=tour, participant=ParticipantFactory(team=team), stays=True)
    sign_up = SignUpFactory(tour=tour, participant=ParticipantFactory(team=team))
    NeedsFactory(sign_up=sign_up)
    return sign_up


def test_diets_and_people_to_call_are_deleted_on_the_day_that_the_page_names():
    due, tomorrow = tour_that_ended(14), tour_that_ended(13)
    for tour in (due, tomorrow):
        answered(tour)
    assert forget(NOW) == {**NOTHING, "tours": 1}
    assert [needs.sign_up.tour for needs in c.TourNeeds.objects.all()] == [tomorrow]
    assert set(due.sign_ups.values_list("is_coming", "reason")) == {(True, ""), (False, "")}
    assert set(tomorrow.sign_ups.values_list("is_coming", "reason")) == {(True, ""), (False, "On leave")}
    due.refresh_from_db()
    assert due.forgotten_at == NOW
    event = history(due).get()
    assert (event.by_label, event.changes) == ("The system", {"Number of people": [None, 1]})


def test_twice_deletes_nothing_more_and_writes_one_line():
    tour = tour_that_ended(20)
    answered(tour)
    forget(NOW)
    assert forget(NOW + timedelta(days=1)) == NOTHING
    assert history(tour).count() == 1


def test_a_dry_run_counts_and_deletes_nothing(now):
    answered(tour_that_ended(20))
    held = SessionFactory(cohort=c.Cohort.objects.get(), starts_on=NOW.date() - timedelta(days=400))
    SpeakerFileFactory(speaker=SpeakerFactory(session=held, state="declined"))
    SpeakerFactory(session=held, state="thanked", thanked_at=NOW)
    out = StringIO()
    call_command("forget_cohort_details", "--dry-run", stdout=out)
    assert out.getvalue().splitlines() == [
        "tours: 1",
        "leavers: 0",
        "speakers_who_did_not_come: 1",
        "speakers: 1",
        "staff_notes: 0",
        "To be deleted: 3",
    ]
    assert (c.TourNeeds.objects.count(), c.Speaker.objects.exclude(email="").count()) == (1, 2)
    assert c.SpeakerFile.objects.count() == 1
    assert c.StudyTour.objects.get().forgotten_at is None


def test_who_leaves_the_course_drops_out_of_the_tour_and_stays_on_the_list():
    tour = StudyTourFactory()
    stays, leaves = answered(tour), answered(tour)
    beds = list(room(tour, "D", 2).beds.all())
    for bed, sign_up in zip(beds, (stays, leaves), strict=True):
        c.TourBed.objects.filter(pk=bed.pk).update(sign_up=sign_up)
    member = leaves.participant.member
    type(member).everyone.filter(pk=member.pk).update(participation=Participation.WITHDRAWN, left_at=NOW)
    assert forget(NOW) == {**NOTHING, "leavers": 1}
    assert forget(NOW) == NOTHING
    assert [needs.sign_up for needs in c.TourNeeds.objects.all()] == [stays]
    assert [bed.sign_up for bed in c.TourBed.objects.order_by("pk")] == [stays, None]
    assert list(c.TourSignUp.objects.gone()) == [leaves]


def test_a_speaker_who_did_not_come_is_deleted_when_the_link_has_closed(django_capture_on_commit_callbacks):
    held = SessionFactory(starts_on=NOW.date() - timedelta(days=32))  # its last day was 31 days ago
    fresh = SessionFactory(cohort=held.cohort, starts_on=NOW.date() - timedelta(days=31))
    for state in ("invited", "declined", "withdrawn", "confirmed"):
        SpeakerFactory(session=held, state=state)
        SpeakerFactory(session=fresh, state=state)
    file = SpeakerFileFactory(speaker=c.Speaker.objects.get(session=held, state="declined"))
    with django_capture_on_commit_callbacks(execute=True):
        assert forget(NOW) == {**NOTHING, "speakers_who_did_not_come": 3}
    assert list(held.speakers.values_list("state", flat=True)) == ["confirmed"]
    assert fresh.speakers.count() == 4
    assert not file.file.storage.exists(file.file.name)
    assert history(held.cohort).get().changes == {"Number of people": [None, 3]}


def test_of_a_speaker_of_long_ago_only_the_programme_is_kept(django_capture_on_commit_callbacks):
    held = SessionFactory(starts_on=NOW.date() - timedelta(days=367))
    speaker = SpeakerFactory(session=held, sent=True, biography="I sail.", material_url="https://example.no")
    file = SpeakerFileFactory(speaker=speaker)
    later = SessionFactory(cohort=held.cohort, starts_on=NOW.date() - timedelta(days=366))
    last_year = SpeakerFactory(session=later, sent=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget(NOW) == {**NOTHING, "speakers": 1}
    kept = c.Speaker.objects.get(pk=speaker.pk)
    assert {
        name: getattr(kept, name)
        for name in ("name", "title", "email", "biography", "material_url", "answer_words", "fee_note")
    } == {
        "name": "Tale Taler",
        "title": speaker.title,
        "email": "",
        "biography": "",
        "material_url": "",
        "answer_words": "",
        "fee_note": "",
    }
    assert not file.file.storage.exists(file.file.name)
    assert c.Speaker.objects.get(pk=last_year.pk).email == last_year.email
    assert forget(NOW) == NOTHING


def test_the_task_does_it_by_the_clock(now):
    answered(tour_that_ended(14))
    assert forget_details() == {**NOTHING, "tours": 1}
