"""The pages of decisions and releases: who gets what, who may, and that nothing is seen early."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from applications.actions import decisions, releases
from applications.models import Decision, DecisionKind, Intake, Letter, Release
from applications.states import DecisionState, ReleaseState
from applications.tokens import letter_url
from applications.waiting import decision_waits
from tests.applications.decisions.conftest import BEFORE, DECIDED, MINUTE
from tests.applications.offers.build import closed_intake, draw, ready_application
from tests.factories import AffiliationFactory, UserFactory, municipality

SLUG = "autumn-2027"
RELEASE_QUERIES = 7


def url_of(name: str, *args) -> str:
    return reverse(f"applications:{name}", args=args)


def text_of(response) -> str:
    assert response.status_code == 200
    main = response.content.decode().split('<main id="main"')[1].split("</main>")[0]
    return " ".join(unescape(strip_tags(main)).split())


def place_of(intake: Intake) -> Decision:
    found = Decision.objects.filter(application__intake=intake, kind=DecisionKind.PLACE)
    return found.select_related("application__coordinator", "letter").order_by("pk")[0]


# --- Doors ----------------------------------------------------------------------------------------


def test_closed_to_everybody_but_administrators(prepared, browse, instructor):
    decision = place_of(prepared.intake)
    urls = [
        *(url_of(name, SLUG) for name in ("release", "release_prepare", "release_approve", "release_cancel")),
        url_of("decision", decision.pk),
        *(url_of("decision_deed", decision.pk, deed) for deed in ("approve", "void", "suppress")),
    ]
    rows = (Release, Decision, Letter)
    before = [list(model.objects.order_by("pk").values()) for model in rows]
    for who in (decision.application.coordinator, instructor):
        client = browse(who)
        assert {client.get(url).status_code for url in urls} == {403}
        assert {client.post(url, {"reason": "x", "when": "approved"}).status_code for url in urls} == {403}
    anonymous = browse()
    for url in urls:
        assert anonymous.get(url).headers["Location"] == f"/accounts/login/?next={url}"
    assert [list(model.objects.order_by("pk").values()) for model in rows] == before


@pytest.mark.parametrize("of_person", [False, True])
def test_a_letter_is_read_by_its_recipients_and_only_when_it_has_left(
    approved, browse, administrator, instructor, of_person
):
    decision = place_of(approved.intake)
    if of_person:
        decision = Decision.objects.filter(
            application=decision.application, kind=DecisionKind.STUDENT
        ).select_related("member", "letter")[0]
        decision.member.user = UserFactory(email=decision.member.email)
        decision.member.save()
    application, url = decision.application, url_of("letter", decision.letter.pk)
    colleague = AffiliationFactory(municipality=application.lead).user
    others = Decision.objects.filter(kind=DecisionKind.STUDENT).exclude(pk=decision.pk)
    another = others.select_related("member")[0].member
    another.user = UserFactory(email=another.email)
    another.save()
    people = {
        "administrator": administrator,
        "coordinator": application.coordinator,
        "colleague": colleague,
        "person": decision.member.user if of_person else another.user,
        "another": another.user,
        "instructor": instructor,
    }

    def answers(at) -> dict[str, int]:
        return {name: browse(who, at).get(url).status_code for name, who in people.items()}

    nobody = dict.fromkeys(people, 404)
    assert answers(BEFORE) == nobody | {"administrator": 200}
    assert browse(at=BEFORE).get(url).status_code == 302
    releases.release_due(MINUTE)
    recipients = ["person"] if of_person else ["coordinator", "colleague"]
    assert answers(MINUTE) == nobody | {"administrator": 200} | dict.fromkeys(recipients, 200)
    assert browse(at=MINUTE).get(url).status_code == 302
    response = browse(administrator, MINUTE).get(url)
    assert (response.content, response["Content-Type"], response["Cache-Control"]) == (
        bytes(decision.letter.content),
        "application/pdf",
        "private, no-store",
    )


def test_a_letter_that_is_held_back_is_for_nobody_outside(
    prepared, browse, administrator, second_administrator
):
    decision = place_of(prepared.intake)
    decisions.suppress(decision.letter, reason="They are told by phone.", by=administrator, now=DECIDED)
    releases.approve_release(prepared, by=second_administrator, now=DECIDED)
    releases.release_due(MINUTE)
    coordinator = browse(decision.application.coordinator, MINUTE)
    assert coordinator.get(url_of("letter", decision.letter.pk)).status_code == 404
    text = text_of(coordinator.get(decision.application.get_absolute_url()))
    assert "Not sent as a letter. Ask the school." in text
    assert browse(administrator, MINUTE).get(url_of("letter", decision.letter.pk)).status_code == 200


def test_a_link_that_is_not_ours_or_too_early_opens_nothing(approved, browse):
    student = Decision.objects.filter(kind=DecisionKind.STUDENT).select_related("letter")[0]
    place = place_of(approved.intake)
    paths = [letter_url(each.letter).partition("/letters/")[2] for each in (student, place)]
    client = browse(at=BEFORE)
    assert [client.get(f"/letters/{path}").status_code for path in paths] == [404, 404]
    assert client.get("/letters/link/forged.pdf").status_code == 404
    releases.release_due(MINUTE)
    assert [client.get(f"/letters/{path}").status_code for path in paths] == [200, 404]


# --- Nothing is seen early ------------------------------------------------------------------------


def comparable(content: bytes) -> str:
    """Without what differs from one request to the next."""
    return re.sub(r'(csrfmiddlewaretoken" value|nonce|data-csrf)="[^"]*"', "", content.decode())


@pytest.mark.once("who learns what does not depend on the database")
def test_nobody_outside_sees_a_trace_before_the_minute(
    short_letters, decided, browse, administrator, second_administrator
):
    """Every page that somebody outside may open is the same before and after all is decided and approved."""
    applications = list(decided.applications.select_related("coordinator").order_by("pk"))
    public = [
        reverse("home"),
        url_of("intake", SLUG),
        url_of("draw", SLUG),
        url_of("intakes"),
        url_of("intake_json", SLUG),
    ]
    pages = [(None, url) for url in public]
    for application in applications:
        pages += [
            (application.coordinator, url)
            for url in (*public, application.get_absolute_url(), reverse("applications:mine"))
        ]

    def seen() -> list[tuple[int, str]]:
        found = []
        for who, url in pages:
            response = browse(who, BEFORE).get(url)
            found.append((response.status_code, comparable(response.content)))
        return found

    before = seen()
    release = releases.prepare_release(decided, leaves_at=MINUTE, by=administrator, now=DECIDED)
    assert seen() == before
    releases.approve_release(release, by=second_administrator, now=DECIDED)
    assert seen() == before
    client = browse(at=BEFORE)
    for name in ("protocol.json", "seed.txt"):
        assert client.get(url_of("draw_file", SLUG, 1, name)).status_code == 404
    releases.release_due(MINUTE)
    assert seen() != before


# --- Preparing ------------------------------------------------------------------------------------


def test_prepares_at_the_next_office_hour_and_writes_in_the_background(
    short_letters, decided, browse, administrator, django_capture_on_commit_callbacks
):
    client = browse(administrator)
    text = text_of(client.get(url_of("release", SLUG)))
    assert "The selection is decided. The letters can be prepared now" in text
    response = client.get(url_of("release_prepare", SLUG))
    text = text_of(response)
    assert "Letters that will be written The decision Letters Place 4 Waiting list 2 Persons 12" in text
    assert "Nobody gets mail now." in text
    assert 'value="2027-06-25T10:00"' in response.content.decode()
    response = client.post(
        url_of("release_prepare", SLUG), {"when": "at", "leaves_at": "2027-06-25T10:00"}, follow=True
    )
    text = text_of(response)
    assert "The decisions are drawn up. Nobody has been told." in response.content.decode()
    assert "0 of 18 letters are written." in text
    assert (Release.objects.get().leaves_at, Letter.objects.count()) == (MINUTE, 0)
    Release.objects.update(state=ReleaseState.CANCELLED)
    Decision.objects.update(state=DecisionState.VOID)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url_of("release_prepare", SLUG), {"when": "approved", "leaves_at": "nonsense"})
    release = Release.objects.get(state=ReleaseState.PREPARED)
    assert (release.leaves_at, release.leaves_when_approved, Letter.objects.count()) == (DECIDED, True, 18)
    assert "letters are written" not in text_of(client.get(url_of("release", SLUG)))


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({}, "Choose an answer to “When the letters leave”."),
        ({"when": "at"}, "Choose the minute at which the letters leave."),
        ({"when": "at", "leaves_at": "2027-06-24T10:00"}, "Choose a minute that has not passed."),
    ],
)
def test_a_minute_that_cannot_be(short_letters, decided, browse, administrator, answers, error):
    response = browse(administrator).post(url_of("release_prepare", SLUG), answers)
    assert error in text_of(response)
    assert Release.objects.count() == 0


def test_a_refusal_is_said_in_words(short_letters, decided, browse, administrator):
    code = next(line.code for line in releases.lines(decided.rounds.get()) if line.is_selected)
    decided.applications.get(lead__code=code).members.update(basis="unassessed")
    response = browse(administrator).post(url_of("release_prepare", SLUG), {"when": "approved"})
    assert "is not decided." in text_of(response)
    assert Release.objects.count() == 0


def test_pages_without_a_release(db, browse, administrator):
    closed_intake()
    client = browse(administrator)
    sentence = "Letters are prepared when the selection is decided and not yet published."
    for name in ("release", "release_prepare"):
        assert sentence in text_of(client.get(url_of(name, SLUG)))
    for name in ("release_approve", "release_cancel"):
        assert client.get(url_of(name, SLUG)).status_code == 404
        assert client.post(url_of(name, SLUG)).status_code == 404


# --- Approving and cancelling ---------------------------------------------------------------------


def test_the_second_person_sees_who_gets_what_before_anything_leaves(
    prepared, browse, administrator, second_administrator
):
    url = url_of("release_approve", SLUG)
    own = text_of(browse(administrator).get(url))
    assert "You prepared the letters yourself. Another person must approve them." in own
    assert "What happens" not in own
    client = browse(second_administrator)
    assert "Go through and approve" in text_of(client.get(url_of("release", SLUG)))
    response = client.get(url)
    text = text_of(response)
    assert "Letters by kind The decision Letters Place 4 Waiting list 2 Admitted as a student 12" in text
    assert "Everybody in the list gets mail Friday 25 June 2027 at 10:00, Norwegian time." in text
    for letter in Letter.objects.all():
        assert letter.to_email in text
        assert f'href="{url_of("letter", letter.pk)}"' in response.content.decode()
    response = client.post(url, follow=True)
    assert "The letters are approved, and leave at their minute." in response.content.decode()
    assert Release.objects.get().state == ReleaseState.APPROVED
    assert "The release does not wait for approval." in text_of(client.post(url))


def test_cancels_with_a_reason(approved, browse, administrator):
    client = browse(administrator)
    url = url_of("release_cancel", SLUG)
    text = text_of(client.get(url))
    assert "18 decisions become void, and their letters never leave." in text
    assert "Nobody gets mail, and the result stays unpublished." in text
    assert "Fill in “Reason”." in text_of(client.post(url))
    response = client.post(url, {"reason": "A name is wrong."}, follow=True)
    text = text_of(response)
    assert "The release is cancelled. No letter of it ever leaves." in response.content.decode()
    assert "A name is wrong." in text
    assert "Prepare the letters" in text
    assert Release.objects.get().state == ReleaseState.CANCELLED


def test_letters_that_should_have_left_are_pointed_out(approved, browse, administrator):
    page = url_of("release", SLUG)
    sentence = "The letters should have left"
    assert sentence not in text_of(browse(administrator, MINUTE + timedelta(minutes=1)).get(page))
    assert sentence in text_of(browse(administrator, MINUTE + timedelta(minutes=6)).get(page))
    releases.release_due(MINUTE + timedelta(minutes=6))
    text = text_of(browse(administrator, MINUTE + timedelta(minutes=7)).get(page))
    assert sentence not in text
    assert "Left Friday 25 June 2027 at 10:06" in text


@pytest.mark.parametrize("leads", [["0301"], ["0301", "1804", "1818"]])
def test_every_letter_in_the_list_costs_no_query_more(
    short_letters, browse, administrator, leads, django_assert_num_queries
):
    intake = closed_intake()
    for code in leads:
        ready_application(intake, municipality(code))
    draw(intake, administrator, now=DECIDED)
    releases.prepare_release(intake, leaves_at=MINUTE, by=administrator, now=DECIDED)
    client = browse(administrator)
    client.get(url_of("release", SLUG))
    with django_assert_num_queries(RELEASE_QUERIES):
        client.get(url_of("release", SLUG))


# --- One decision ---------------------------------------------------------------------------------


@pytest.fixture
def single(short_letters, application, administrator) -> Decision:
    return decisions.decide(
        application,
        DecisionKind.DECLINED,
        grounds="The documents are missing.",
        leaves_at=MINUTE,
        by=administrator,
        now=DECIDED,
    )


def test_a_decision_with_its_letter_versions_and_history(single, browse, administrator, second_administrator):
    again = decisions.decide(
        single.application,
        DecisionKind.DECLINED,
        grounds="The diplomas are missing.",
        leaves_at=MINUTE,
        by=administrator,
        now=DECIDED,
    )
    first = text_of(browse(second_administrator).get(url_of("decision", single.pk)))
    assert "Why it never leftA new decision was made before this one was sent." in first
    response = browse(administrator).get(url_of("decision", again.pk))
    text = text_of(response)
    assert "Decision, version 2" in text
    assert "Grounds in the school's own wordsThe diplomas are missing." in text
    assert "You prepared this decision yourself. Another person must approve it." in text
    assert "prepared a decision" in text
    assert re.findall(r"/admin/decisions/\d+/(\w+)/", response.content.decode()) == ["void", "suppress"]
    other = browse(second_administrator).get(url_of("decision", again.pk)).content.decode()
    assert re.findall(r"/admin/decisions/\d+/(\w+)/", other) == ["approve", "void", "suppress"]


def test_approves_one_decision(single, browse, administrator, second_administrator):
    url = url_of("decision_deed", single.pk, "approve")
    assert "Another person must approve it." in text_of(browse(administrator).get(url))
    client = browse(second_administrator)
    text = text_of(client.get(url))
    assert f"The recipient is {single.letter.to_name}, {single.letter.to_email}." in text
    assert "The minute is Friday 25 June 2027 at 10:00, Norwegian time." in text
    client.post(url)
    assert Decision.objects.get().state == DecisionState.APPROVED
    assert "The decision does not wait for approval." in text_of(client.post(url))


@pytest.mark.parametrize(("deed", "state"), [("void", "void"), ("suppress", "prepared")])
def test_voids_and_holds_back_with_a_reason(single, browse, administrator, deed, state):
    client = browse(administrator)
    url = url_of("decision_deed", single.pk, deed)
    assert "What happens" in text_of(client.get(url))
    assert "Fill in “Reason”." in text_of(client.post(url))
    response = client.post(url, {"reason": "The name is wrong."}, follow=True)
    assert "The name is wrong." in text_of(response)
    assert Decision.objects.get().state == state
    assert Letter.objects.get().is_held_back == (deed == "suppress")
    assert "This cannot be done" in text_of(client.get(url))


def test_no_such_deed_or_decision(single, browse, administrator):
    client = browse(administrator)
    assert client.get(url_of("decision_deed", single.pk, "publish")).status_code == 404
    assert client.get(url_of("decision", single.pk + 1)).status_code == 404


def test_the_case_shows_every_decision_and_the_municipality_those_that_were_told(
    single, browse, administrator, second_administrator
):
    application = single.application
    case = url_of("case", application.reference)
    page = application.get_absolute_url()
    assert "No place, version 1 The application 1 Prepared" in text_of(browse(administrator).get(case))
    coordinator = browse(application.coordinator)
    assert "Decisions" not in text_of(coordinator.get(page))
    decisions.approve(single, by=second_administrator, now=DECIDED)
    releases.release_due(MINUTE)
    response = browse(application.coordinator, MINUTE).get(page)
    assert "No place 25 June 2027 16 July 2027 Read the letter (PDF)" in text_of(response)
    assert f'href="{url_of("letter", single.letter.pk)}"' in response.content.decode()


# --- What waits -----------------------------------------------------------------------------------


def waits(user) -> list[tuple[str, str]]:
    return [(wait.title, wait.url) for wait in decision_waits(user, DECIDED)]


def test_a_release_waits_for_the_second_person(prepared, administrator, second_administrator, coordinator):
    assert waits(administrator) == waits(coordinator) == []
    assert waits(second_administrator) == [
        ("Approve the letters of the selection: Autumn 2027", url_of("release", SLUG))
    ]
    releases.approve_release(prepared, by=second_administrator, now=DECIDED)
    assert waits(second_administrator) == []


def test_a_decision_waits_for_the_second_person(single, administrator, second_administrator):
    assert waits(administrator) == []
    assert waits(second_administrator) == [
        (f"Approve a decision on {single.application.lead}: No place", url_of("decision", single.pk))
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_costs_two_queries(
    short_letters, application, administrator, second_administrator, rows, django_assert_num_queries
):
    for member in application.members.all()[:rows]:
        decisions.decide(
            application, DecisionKind.STUDENT, member=member, leaves_at=MINUTE, by=administrator, now=DECIDED
        )
    with django_assert_num_queries(2):
        assert len(waits(second_administrator)) == rows
