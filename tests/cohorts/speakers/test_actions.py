"""Speakers from outside: what each deed changes, tells and refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from applications import uploads
from cohorts import models as c
from cohorts import tokens
from cohorts.actions import speakers as actions
from cohorts.actions.plan import sessions as plan
from cohorts.models.speakers import MOST_FILES
from cohorts.states.speakers import SPEAKER_TRANSITIONS, SpeakerState
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.factories import SessionFactory
from tests.cohorts.speakers.factories import PDF, SpeakerFactory, SpeakerFileFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def values(session: c.Session, **changes) -> dict:
    return {
        "day": session.days.first(),
        "starts": None,
        "ends": None,
        "title": "Service design at sea",
        "name": "Tale Taler",
        "organisation": "Example Ltd",
        "email": "tale@example.no",
        "language": "en",
        "message": "We liked your book.",
        "fee_note": "",
        "answer_by_on": TODAY + timedelta(days=3),
        "material_by_on": None,
    } | changes


def live() -> QuerySet[Message]:
    """Letters about speakers that have not been called back."""
    return Message.objects.filter(kind__startswith="speaker_").exclude(state=Message.State.VOID)


def mails() -> list[tuple[str, str]]:
    return list(live().order_by("pk").values_list("kind", "to_email"))


def token_of(speaker: c.Speaker) -> str:
    return tokens.speaker_url(speaker).rstrip("/").rpartition("/")[2]


def upload(content: bytes = PDF, name: str = "slides.pdf") -> uploads.Upload:
    return uploads.inspect(SimpleUploadedFile(name, content))


def fresh(speaker: c.Speaker) -> c.Speaker:
    return c.Speaker.objects.with_plan().get(pk=speaker.pk)


def test_an_invitation_is_a_row_a_letter_with_the_link_and_a_line_of_history(session, teacher):
    speaker = actions.invite(session, values(session), by=teacher, now=NOW)
    assert (speaker.state, speaker.invited_by, speaker.invited_at) == (SpeakerState.INVITED, teacher, NOW)
    message = Message.objects.get()
    assert (message.kind, message.to_email, message.language) == (
        "speaker_invitation",
        "tale@example.no",
        "en",
    )
    for text in (message.body_text, message.body_html):
        assert tokens.speaker_url(speaker) in text
        assert "Service design at sea" in text
        assert "We liked your book." in text
    assert tokens.speaker_of(token_of(speaker)) == speaker
    assert [(event.verb, event.changes) for event in history(speaker)] == [
        ("invited a speaker", {"title": [None, "Service design at sea"]})
    ]


def test_the_same_is_asked_for_once(session, teacher):
    actions.invite(session, values(session), by=teacher, now=NOW)
    with pytest.raises(Refused, match="already"):
        actions.invite(session, values(session), by=teacher, now=NOW)
    actions.invite(session, values(session, title="Another matter"), by=teacher, now=NOW)
    assert c.Speaker.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"answer_by_on": TODAY - timedelta(days=1)}, "must not have passed"),
        ({"day": "foreign"}, "not one of the session's"),
        ({"answer_by_on": TODAY + timedelta(days=8)}, "must not come after the contribution"),
    ],
)
def test_an_invitation_that_is_refused_leaves_nothing(session, teacher, change, says):
    if "day" in change:
        change = {"day": SessionFactory(cohort=session.cohort, number=3).days.first()}
    with pytest.raises(Refused, match=says):
        actions.invite(session, values(session, **change), by=teacher, now=NOW)
    assert (c.Speaker.objects.count(), mails()) == (0, [])


def test_an_instructor_of_another_cohort_invites_nobody(session):
    with pytest.raises(Refused):
        actions.invite(session, values(session), by=UserFactory(is_instructor=True), now=NOW)
    assert (c.Speaker.objects.count(), mails()) == (0, [])


def test_yes_is_told_to_who_asked_and_said_once(session):
    speaker = SpeakerFactory(session=session)
    actions.answer(speaker, accepted=True, words=" I come by train. ", now=NOW)
    actions.answer(speaker, accepted=True, words="Twice", now=NOW)
    stored = fresh(speaker)
    assert (stored.state, stored.answered_at, stored.answer_words) == ("confirmed", NOW, "I come by train.")
    assert mails() == [("speaker_answered", speaker.invited_by.email)]
    assert "I come by train." in Message.objects.get().body_text
    event = history(speaker).get()
    assert (event.by, event.by_label, event.verb, event.reason) == (
        None,
        "The speaker",
        "said yes to speaking",
        "",
    )


def test_who_has_said_yes_can_say_no_but_not_the_other_way(session):
    speaker = SpeakerFactory(session=session, confirmed=True)
    actions.answer(speaker, accepted=False, words="", now=NOW)
    assert fresh(speaker).state == SpeakerState.DECLINED
    with pytest.raises(Refused, match="recorded already"):
        actions.answer(speaker, accepted=True, words="", now=NOW)
    assert mails() == [("speaker_answered", speaker.invited_by.email)]


@pytest.mark.parametrize("state", ["withdrawn", "thanked"])
def test_there_is_no_answer_to_what_is_over(session, state):
    speaker = SpeakerFactory(session=session, state=state, thanked_at=NOW)
    for accepted in (True, False):
        with pytest.raises(Refused):
            actions.answer(speaker, accepted=accepted, words="", now=NOW)
    assert (fresh(speaker).state, mails()) == (state, [])


def test_the_link_works_until_thirty_days_after_the_session(session):
    speaker = fresh(SpeakerFactory(session=session))
    assert speaker.closes_on == session.dates[-1] + timedelta(days=30)
    last = NOW + timedelta(days=8 + 30)
    assert (speaker.is_open(last), speaker.is_open(last + timedelta(days=1))) == (True, False)
    with pytest.raises(Refused, match="does not work"):
        actions.send_material(speaker, [upload()], url="", biography="", now=last + timedelta(days=1))


def test_a_session_that_is_over_takes_no_answer_but_material(session):
    speaker = SpeakerFactory(session=session, confirmed=True)
    after = NOW + timedelta(days=20)
    with pytest.raises(Refused, match="over"):
        actions.answer(speaker, accepted=False, words="", now=after)
    actions.send_material(speaker, [upload()], url="", biography="", now=after)
    assert fresh(speaker).state == SpeakerState.MATERIAL


def test_a_new_address_makes_the_old_link_void_and_gets_a_letter(session, teacher):
    speaker = fresh(SpeakerFactory(session=session))
    old = token_of(speaker)
    changed = actions.change(
        speaker,
        {**values(session), "title": speaker.title, "session": session, "email": "ny@example.no"},
        version=actions.version_of(speaker),
        by=teacher,
        now=NOW,
    )
    assert tokens.speaker_of(old) is None
    assert tokens.speaker_of(token_of(changed)) == changed
    assert mails() == [("speaker_invitation", "ny@example.no")]
    assert history(speaker).get().changes["email"] == [None, "a new one"]  # no address in the history


def test_only_what_concerns_the_speaker_is_told(session, teacher):
    speaker = fresh(SpeakerFactory(session=session, confirmed=True))
    same = {field: getattr(speaker, field) for field in actions.FIELDS}
    stored = actions.change(
        speaker, {**same, "fee_note": "2 000"}, version=actions.version_of(speaker), by=teacher, now=NOW
    )
    assert mails() == []
    actions.change(
        stored,
        {**same, "day": session.days.last()},
        version=actions.version_of(fresh(stored)),
        by=teacher,
        now=NOW,
    )
    assert mails() == [("speaker_changed", speaker.email)]


def test_two_colleagues_do_not_overwrite_each_other(session, teacher):
    speaker = fresh(SpeakerFactory(session=session))
    same = {field: getattr(speaker, field) for field in actions.FIELDS}
    version = actions.version_of(speaker)
    actions.change(speaker, {**same, "fee_note": "1"}, version=version, by=teacher, now=NOW)
    with pytest.raises(Refused, match="colleague"):
        actions.change(speaker, {**same, "fee_note": "2"}, version=version, by=teacher, now=NOW)
    assert fresh(speaker).fee_note == "1"


def test_a_speaker_is_not_moved_to_another_cohort(session, teacher):
    speaker = fresh(SpeakerFactory(session=session))
    foreign = SessionFactory(cohort__intake__slug="another")
    same = {field: getattr(speaker, field) for field in actions.FIELDS}
    with pytest.raises(Refused, match="this cohort"):
        actions.change(
            speaker,
            {**same, "session": foreign, "day": None},
            version=actions.version_of(speaker),
            by=teacher,
            now=NOW,
        )
    assert fresh(speaker).session == session


def test_asked_again_after_a_no_and_the_earlier_letter_is_called_back(session, teacher):
    speaker = actions.invite(session, values(session), by=teacher, now=NOW)
    actions.answer(speaker, accepted=False, words="Ill", now=NOW)
    later = NOW + timedelta(hours=1)
    actions.invite_again(fresh(speaker), answer_by_on=TODAY + timedelta(days=4), by=teacher, now=later)
    stored = fresh(speaker)
    assert (stored.state, stored.invited_at, stored.answered_at, stored.answer_words) == (
        "invited",
        later,
        None,
        "",
    )
    assert stored.answer_by_on == TODAY + timedelta(days=4)
    assert mails() == [("speaker_answered", teacher.email), ("speaker_invitation", "tale@example.no")]


def test_who_has_said_yes_is_not_asked_again(session, teacher):
    speaker = SpeakerFactory(session=session, confirmed=True)
    with pytest.raises(Refused):
        actions.invite_again(speaker, answer_by_on=TODAY, by=teacher, now=NOW)
    assert (fresh(speaker).state, mails()) == ("confirmed", [])


def test_material_has_come_with_the_first_file_and_is_kept_once(session, settings):
    speaker = SpeakerFactory(session=session, confirmed=True)
    for _time in range(2):
        actions.send_material(speaker, [upload(), upload()], url="", biography="I sail.", now=NOW)
    stored = fresh(speaker)
    assert (stored.state, stored.material_at, stored.biography) == ("material", NOW, "I sail.")
    file = stored.files.get()
    assert (file.original_name, file.content_type, file.size) == ("slides.pdf", "application/pdf", len(PDF))
    with file.file.open("rb") as stored_file:
        assert stored_file.read() == PDF
    assert "slides" not in file.file.name
    assert mails() == [("speaker_material", speaker.invited_by.email)]


def test_a_biography_alone_is_no_material(session):
    speaker = SpeakerFactory(session=session, confirmed=True)
    actions.send_material(speaker, [], url="", biography="I sail.", now=NOW)
    assert (fresh(speaker).state, fresh(speaker).biography, mails()) == ("confirmed", "I sail.", [])


def test_a_link_is_material_until_it_is_taken_back(session):
    speaker = SpeakerFactory(session=session, confirmed=True)
    actions.send_material(speaker, [], url="https://example.no/slides", biography="", now=NOW)
    assert (fresh(speaker).state, fresh(speaker).material_at) == ("material", NOW)
    actions.send_material(speaker, [], url="", biography="", now=NOW)
    assert (fresh(speaker).state, fresh(speaker).material_at) == ("confirmed", None)


def test_a_file_is_taken_back_with_its_content(session, django_capture_on_commit_callbacks):
    speaker = SpeakerFactory(session=session, sent=True)
    file = SpeakerFileFactory(speaker=speaker)
    foreign = SpeakerFileFactory(speaker__session=session)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_file(speaker, foreign.pk, now=NOW)
        actions.remove_file(speaker, file.pk, now=NOW)
    assert list(c.SpeakerFile.objects.all()) == [foreign]
    assert not file.file.storage.exists(file.file.name)
    assert foreign.file.storage.exists(foreign.file.name)
    assert fresh(speaker).state == SpeakerState.CONFIRMED


def test_there_are_not_too_many_files(session):
    speaker = SpeakerFactory(session=session, sent=True)
    SpeakerFileFactory.create_batch(MOST_FILES, speaker=speaker)
    with pytest.raises(Refused, match="at most 10"):
        actions.send_material(speaker, [upload()], url="", biography="x", now=NOW)
    assert (speaker.files.count(), fresh(speaker).biography) == (MOST_FILES, "")


@pytest.mark.parametrize("state", ["invited", "declined", "withdrawn"])
def test_only_who_has_said_yes_sends_material(session, state):
    speaker = SpeakerFactory(session=session, state=state)
    with pytest.raises(Refused):
        actions.send_material(speaker, [upload()], url="", biography="", now=NOW)
    assert speaker.files.count() == 0


def test_thanks_are_sent_once_and_not_before_the_day(session, teacher):
    speaker = SpeakerFactory(session=session, confirmed=True)
    with pytest.raises(Refused, match="has been held"):
        actions.thank(speaker, words="", by=teacher, now=NOW)
    after = NOW + timedelta(days=9)
    actions.thank(speaker, words="It was fun.", by=teacher, now=after)
    with pytest.raises(Refused):
        actions.thank(speaker, words="It was fun.", by=teacher, now=after)
    assert (fresh(speaker).state, fresh(speaker).thanked_at) == ("thanked", after)
    assert mails() == [("speaker_thanks", speaker.email)]
    assert "It was fun." in Message.objects.get().body_text


def test_withdrawing_tells_the_reason_and_calls_the_invitation_back(session, teacher):
    speaker = actions.invite(session, values(session), by=teacher, now=NOW)
    actions.withdraw(speaker, reason="The plan has changed.", by=teacher, now=NOW)
    assert fresh(speaker).state == SpeakerState.WITHDRAWN
    assert mails() == [("speaker_withdrawn", "tale@example.no")]
    assert "The plan has changed." in Message.objects.get(kind="speaker_withdrawn").body_text


def test_nobody_is_asked_or_called_off_when_the_day_has_passed(session, teacher):
    speaker = SpeakerFactory(session=session)
    after = NOW + timedelta(days=8)
    with pytest.raises(Refused, match="is over"):
        actions.withdraw(speaker, reason="Too late", by=teacher, now=after)
    with pytest.raises(Refused, match="is over"):
        actions.invite_again(speaker, answer_by_on=after.date(), by=teacher, now=after)
    assert (fresh(speaker).state, mails()) == ("invited", [])
    assert fresh(speaker).next_step(after.date()) == ""


# --- When the session moves ---------------------------------------------------------------------------


def move(session: c.Session, by, *, now=NOW, weeks: int = 1, place: str = "Lillehammer") -> None:
    days = [
        {
            "pk": day.pk,
            **{name: getattr(day, name) for name in plan.OF_A_DAY},
            "held_on": day.held_on + timedelta(weeks=weeks),
        }
        for day in session.days.all()
    ]
    plan.change_session(session, {"place": place}, days, by=by, now=now)


def test_a_session_that_moves_is_told_to_its_speakers_and_the_older_letter_called_back(
    session, teacher, administrator
):
    asked = actions.invite(session, values(session), by=teacher, now=NOW)
    coming = SpeakerFactory(session=session, confirmed=True)
    for state in ("declined", "withdrawn"):
        SpeakerFactory(session=session, state=state)
    move(session, administrator, now=NOW + timedelta(minutes=5))
    assert mails() == [("speaker_invitation", asked.email), ("speaker_changed", coming.email)]
    assert all("17 May 2027" in letter.body_text for letter in live())


def test_other_words_and_a_contribution_that_is_over_are_told_to_no_speaker(session, administrator):
    SpeakerFactory(session=session, confirmed=True)
    move(session, administrator, weeks=0)
    assert mails() == []
    move(session, administrator, weeks=-3)
    assert mails() == []


def test_a_session_is_removed_with_those_who_do_not_come_and_with_nobody_else(session, administrator):
    coming = SpeakerFactory(session=session, confirmed=True)
    SpeakerFactory(session=session, state="declined")
    with pytest.raises(Refused, match="External speakers"):
        plan.remove_session(session, by=administrator, now=NOW)
    assert session.speakers.count() == 2
    actions.withdraw(coming, reason="The session is called off.", by=administrator, now=NOW)
    plan.remove_session(session, by=administrator, now=NOW)
    assert (c.Session.objects.count(), c.Speaker.objects.count()) == (0, 0)
    assert history(session.cohort).filter(verb__contains="speakers").get().changes == {
        "Number of people": [None, 2]
    }


def test_material_that_came_in_another_way_is_noted(session, teacher):
    speaker = SpeakerFactory(session=session, confirmed=True)
    actions.note_material(speaker, by=teacher, now=NOW)
    assert (fresh(speaker).state, fresh(speaker).material_at, mails()) == ("material", NOW, [])


def test_every_state_has_its_row():
    assert set(SPEAKER_TRANSITIONS) == set(SpeakerState)


@pytest.mark.parametrize(
    "row",
    [
        {"state": "lost"},
        {"starts": "10:00", "ends": "09:00"},
        {"starts": None, "ends": "09:00"},
        {"state": "thanked"},
        {"state": "material"},
    ],
)
def test_the_database_refuses(session, row):
    with pytest.raises(IntegrityError), transaction.atomic():
        SpeakerFactory(session=session, **row)
