"""The pages: the staff's list and forms, the speaker's own, and what participants see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cohorts import models as c
from cohorts import tokens
from cohorts.reminders.speakers import ANSWER, MATERIAL
from cohorts.waiting.speakers import speaker_waits
from innoskole.notifications.models import Message
from tests.cohorts.factories import InstructorFactory, ParticipantFactory, SessionFactory
from tests.cohorts.speakers.factories import PDF, SpeakerFactory, SpeakerFileFactory
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def staff(client, teacher, now):
    client.force_login(teacher)
    return client


def page(client, name: str, *args, **query) -> str:
    response = client.get(reverse(f"cohorts:{name}", args=args), query, headers={"accept-language": "en"})
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_says_who_when_and_what_next(staff, cohort, session, rows, django_assert_num_queries):
    SpeakerFactory.create_batch(rows, session=session)
    with django_assert_num_queries(6):
        text = page(staff, "speakers", cohort.slug)
    assert text.count("The speaker answers by 6 May 2027.") == rows


def test_the_filter_narrows_the_list(staff, cohort, session):
    over = SessionFactory(cohort=cohort, number=1, starts_on=TODAY - timedelta(days=5))
    SpeakerFactory(session=session, name="Asked Person")
    SpeakerFactory(session=session, name="Silent Person", answer_by_on=TODAY - timedelta(days=1))
    SpeakerFactory(session=session, name="Coming Person", confirmed=True)
    SpeakerFactory(session=over, name="Held Person", sent=True)
    SpeakerFactory(session=session, name="Declined Person", state="declined")
    names = ("Asked", "Silent", "Coming", "Held", "Declined")

    def shown(status: str) -> list[str]:
        text = page(staff, "speakers", cohort.slug, status=status)
        return [name for name in names if f"{name} Person" in text]

    assert {
        status: shown(status) for status in ("", "asked", "silent", "speaking", "thank", "not_coming")
    } == {
        "": list(names),
        "asked": ["Asked", "Silent"],
        "silent": ["Silent"],
        "speaking": ["Coming", "Held"],
        "thank": ["Held"],
        "not_coming": ["Declined"],
    }


def test_a_speaker_is_invited_through_the_form(staff, cohort, session, teacher):
    day = session.days.first()
    response = staff.post(
        reverse("cohorts:speaker_invite", args=[cohort.slug]),
        {
            "slot": f"d{day.pk}",
            "starts": "10:00",
            "ends": "10:45",
            "title": "Service design at sea",
            "name": "Tale Taler",
            "organisation": "",
            "email": "Tale@Example.no",
            "language": "nn",
            "message": "",
            "fee_note": "",
            "answer_by_on": "2027-05-06",
            "material_by_on": "",
        },
    )
    speaker = c.Speaker.objects.with_plan().get()
    assert response.url == reverse("cohorts:speaker", args=[cohort.slug, speaker.pk])
    assert (speaker.session, speaker.day, speaker.email, speaker.language) == (
        session,
        day,
        "tale@example.no",
        "nn",
    )
    assert speaker.when == "Monday 10 May 2027, from 10:00 to 10:45"
    assert Message.objects.get().to_email == "tale@example.no"


def test_times_in_the_wrong_order_are_said_at_the_field(staff, cohort, session):
    response = staff.post(
        reverse("cohorts:speaker_invite", args=[cohort.slug]),
        {"slot": f"s{session.pk}", "starts": "10:00", "ends": "09:00"},
    )
    assert response.context["form"].errors["ends"] == ["It must end after it starts."]


def test_what_one_changes_is_what_one_saw(staff, cohort, session):
    speaker = SpeakerFactory(session=session, starts="10:00", ends="10:45")
    url = reverse("cohorts:speaker_change", args=[cohort.slug, speaker.pk])
    form = staff.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert data["slot"] == f"d{speaker.day_id}"
    assert staff.post(url, {**data, "title": "Another title"}).status_code == 302
    assert c.Speaker.objects.get().title == "Another title"
    refused = staff.post(url, {**data, "title": "A third title"})
    assert refused.context["form"].non_field_errors() == [
        "A colleague has changed this since you opened the page. Look at it again."
    ]
    assert c.Speaker.objects.get().title == "Another title"


def test_one_click_thanks(staff, cohort):
    over = SessionFactory(cohort=cohort, number=1, starts_on=TODAY - timedelta(days=5))
    speaker = SpeakerFactory(session=over, confirmed=True)
    url = reverse("cohorts:speaker_deed", args=[cohort.slug, speaker.pk, "thank"])
    assert speaker.email in staff.get(url).content.decode()  # says who gets what
    assert staff.post(url, {"words": ""}).status_code == 302
    assert staff.post(url, {"words": ""}).status_code == 200
    assert Message.objects.filter(kind="speaker_thanks").count() == 1


# --- The speaker's own ------------------------------------------------------------------------------


def link(speaker) -> str:
    return tokens.speaker_url(speaker).partition("://")[2].partition("/")[2].join(("/", ""))


def test_a_speaker_answers_and_sends_material_without_an_account(client, session, now):
    speaker = SpeakerFactory(session=session, message="We liked your book.", fee_note="Train is paid")
    url = link(speaker)
    text = client.get(url).content.decode()
    for told in (speaker.title, "Monday 10 May 2027", "Lillehammer", "We liked your book.", "Train is paid"):
        assert told in text
    assert "It is deleted on 10 May 2028" in text
    assert client.get(url).wsgi_request.user.is_anonymous
    assert c.Speaker.objects.get().state == "invited"  # opening it answers nothing
    assert client.post(url, {"deed": "yes", "words": "Gladly"}).url == url
    upload = SimpleUploadedFile("slides.pdf", PDF)
    sent = {"deed": "material", "documents": [upload], "url": "", "biography": "I sail."}
    assert client.post(url, sent).url == url
    speaker.refresh_from_db()
    assert (speaker.state, speaker.answer_words, speaker.biography) == ("material", "Gladly", "I sail.")
    file = speaker.files.get()
    assert client.post(url, {"deed": f"remove-{file.pk}"}).url == url
    assert speaker.files.count() == 0


def test_a_file_of_another_kind_is_refused_by_its_content(client, session, now):
    speaker = SpeakerFactory(session=session, confirmed=True)
    upload = SimpleUploadedFile("slides.pdf", b"MZ not a PDF at all")
    response = client.post(link(speaker), {"deed": "material", "documents": [upload]})
    assert "documents" in response.context["material_form"].errors
    assert speaker.files.count() == 0


def test_the_page_speaks_the_language_of_the_invitation(client, session, now):
    speaker = SpeakerFactory(session=session, language="en")
    assert '<html lang="en">' in client.get(link(speaker)).content.decode()
    c.Speaker.objects.update(language="nn")
    assert '<html lang="nn">' in client.get(link(speaker)).content.decode()


def test_no_is_said_by_its_button(client, session, now):
    speaker = SpeakerFactory(session=session)
    client.post(link(speaker), {"deed": "no", "words": "On leave"})
    speaker.refresh_from_db()
    assert (speaker.state, speaker.answer_words) == ("declined", "On leave")


# --- The participants -------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_participants_see_who_comes_and_their_material(
    client, cohort, session, rows, now, django_assert_num_queries
):
    me = ParticipantFactory(team__cohort=cohort)
    for _row in range(rows):
        SpeakerFileFactory(speaker=SpeakerFactory(session=session, sent=True, biography="I sail."))
    SpeakerFactory(session=session, name="Undecided Person")
    client.force_login(me.member.user)
    with django_assert_num_queries(6):
        text = page(client, "course_speakers", cohort.slug)
    assert (text.count("I sail."), text.count("slides.pdf"), "Undecided" in text) == (rows, rows, False)


def test_a_file_is_for_the_cohort_and_only_of_those_who_speak(client, cohort, session, now):
    file = SpeakerFileFactory(speaker=SpeakerFactory(session=session, sent=True))
    me = ParticipantFactory(team__cohort=cohort).member.user
    stranger = ParticipantFactory(team__cohort__intake__slug="another").member.user
    other_teacher = InstructorFactory(cohort__intake__slug="third").user
    url = reverse("cohorts:speaker_file", args=[file.pk])

    def status(user) -> int:
        client.force_login(user)
        response = client.get(url)
        response.getvalue()
        return response.status_code

    assert [status(user) for user in (me, stranger, other_teacher)] == [200, 404, 404]
    c.Speaker.objects.update(state="withdrawn")
    assert status(me) == 404


# --- Reminders and what waits -----------------------------------------------------------------------


def test_speakers_are_reminded_of_what_they_have_not_done(session):
    asked = SpeakerFactory(session=session)
    coming = SpeakerFactory(session=session, confirmed=True)
    SpeakerFactory(session=session, confirmed=True, material_by_on=None)
    SpeakerFactory(session=session, sent=True)
    SpeakerFactory(session=session, state="declined")
    SpeakerFactory(session=session, state="withdrawn")
    (row,), (other,) = ANSWER.open(), MATERIAL.open()
    assert (row, other) == (asked, coming)
    assert [recipient.email for recipient in ANSWER.to(row)] == [asked.email]
    assert row.due_at.date() == asked.answer_by_on
    assert ANSWER.url(row, None) == tokens.speaker_url(asked)
    assert MATERIAL.title(other) == f"The material for «{coming.title}»"
    assert ANSWER.scope(row) == session.cohort.intake.slug


@pytest.mark.parametrize("rows", [1, 3])
def test_the_silent_and_the_unthanked_wait_for_the_staff(
    cohort, session, teacher, rows, django_assert_num_queries
):
    over = SessionFactory(cohort=cohort, number=1, starts_on=TODAY - timedelta(days=5))
    SpeakerFactory.create_batch(rows, session=session, answer_by_on=TODAY - timedelta(days=1))
    SpeakerFactory.create_batch(rows, session=over, confirmed=True)
    SpeakerFactory(session=over, answer_by_on=TODAY - timedelta(days=6))  # nothing can be done about it now
    with django_assert_num_queries(2):
        found = speaker_waits(teacher, NOW)
    assert [(item.title, item.count) for item in found] == [
        (f"Speakers who have not answered in time: {cohort}", rows),
        (f"Speakers to thank: {cohort}", rows),
    ]
    assert speaker_waits(InstructorFactory(cohort__intake__slug="another").user, NOW) == []
