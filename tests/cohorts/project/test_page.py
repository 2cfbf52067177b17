"""The public page: nothing without the consent of the team and the municipality, and gone at once."""

from __future__ import annotations

from itertools import product

import pytest
from django.urls import reverse

from applications.actions.drafts import Conflict
from applications.states import Participation
from cohorts.actions.dissemination import (
    agree,
    agree_for_municipality,
    allow_again,
    object_for_municipality,
    object_to,
    save_page,
    take_down,
)
from cohorts.models import LibraryEntry, PageAnswer, Participant, Project
from cohorts.models.dissemination import CONTENT
from cohorts.waiting.dissemination import public_page_waits
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.cohorts.factories import ParticipantFactory
from tests.cohorts.project.page_factories import LibraryEntryFactory, answer, published
from tests.factories import NOW, AffiliationFactory, person_for

VALUES = {
    "title": "Together at the table",
    "problem": "How can we prevent loneliness?",
    "result": "",
    "sectors": ["culture"],
    "keywords": "ensomhet",
    "language": "nb",
    "contact": "Development unit",
    "contact_email": "utvikling@example.no",
}


@pytest.fixture
def page(project: Project) -> LibraryEntry:
    return LibraryEntryFactory(project=project)


@pytest.fixture
def director(project: Project) -> User:
    """Proven for the team's municipality, and not in the team."""
    return person_for("1804", "Dina Direktør", "dina@bodo.kommune.no")


def is_public(page: LibraryEntry) -> bool:
    return LibraryEntry.objects.public().filter(pk=page.pk).exists()


def letters() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


# --- The rule, in all its combinations ----------------------------------------------------------------

SILENT, YES, EARLIER, NO = "silent", "yes", "earlier", "no"


def _say(page: LibraryEntry, participant: Participant | None, what: str) -> None:
    if what != SILENT:
        answer(page, participant, agrees=what != NO, digest="f" * 64 if what == EARLIER else "")


@pytest.mark.parametrize("people", [1, 2, 3])
def test_who_must_agree(page: LibraryEntry, people: int) -> None:
    """Against the rule in plain words, for every answer of everybody."""
    team = page.project.team
    present = list(team.participants.all())
    while len(present) < people:
        present.append(ParticipantFactory(team=team))
    for extra in present[people:]:
        extra.member.participation = Participation.WITHDRAWN
        extra.member.left_at = NOW
        extra.member.save()
        answer(page, extra, agrees=False)  # who has left neither helps nor hinders
    present = present[:people]
    wrong = []
    for said in product((SILENT, YES, EARLIER, NO), repeat=people):
        for municipality in (SILENT, YES, EARLIER, NO):
            PageAnswer.objects.filter(participant__in=present).delete()
            PageAnswer.objects.filter(participant=None).delete()
            for participant, what in zip(present, said, strict=True):
                _say(page, participant, what)
            _say(page, None, municipality)
            expected = said.count(YES) >= min(2, people) and NO not in said and municipality == YES
            if is_public(page) != expected:
                wrong.append((said, municipality))
    assert wrong == []


def test_a_page_of_a_team_without_people_is_not_public(page: LibraryEntry) -> None:
    for participant in page.project.team.participants.all():
        answer(page, participant)
        participant.member.participation = Participation.WITHDRAWN
        participant.member.left_at = NOW
        participant.member.save()
    PageAnswer.objects.create(
        entry=page, answered_by=participant.member.user, agrees=True, digest=page.digest, answered_at=NOW
    )
    assert not is_public(page)


# --- From a first text to the library -----------------------------------------------------------------


def test_the_whole_way(
    project: Project, kari: Participant, ola: Participant, director: User, log_in, now
) -> None:
    page = save_page(project, VALUES, version="", by=kari.member.user, now=NOW)
    coordinator = project.team.application.coordinator
    assert (page.content(), page.reference, page.year) == (
        VALUES,
        project.team.reference,
        project.team.cohort.intake.year,
    )
    assert [waiting.url for waiting in public_page_waits(ola.member.user, NOW)] == [
        reverse("cohorts:team_page", args=[page.reference])
    ]
    assert public_page_waits(director, NOW) == []
    agree(page, digest=page.digest, by=kari.member.user, now=NOW)
    assert (letters(), public_page_waits(director, NOW)) == ([], [])
    agree(page, digest=page.digest, by=ola.member.user, now=NOW)
    assert letters() == [("project_page_question", coordinator.email)]
    assert [waiting.url for waiting in public_page_waits(director, NOW)] == [
        reverse("cohorts:municipality_page", args=[page.reference])
    ]
    assert log_in(director).get(page.get_absolute_url()).status_code == 404
    agree_for_municipality(page, digest=page.digest, by=director, now=NOW)
    assert letters()[1:] == [("project_page_public", person.member.user.email) for person in (kari, ola)]
    assert public_page_waits(director, NOW) == []
    shown = log_in(director).get(page.get_absolute_url())
    assert (shown.status_code, "noindex" in shown.content.decode()) == (200, False)
    assert [event.verb for event in audit.history(page)] == [
        "agreed for the municipality that the page is public",
        "agreed that the page is public",
        "agreed that the page is public",
        "wrote the public page",
    ]


def test_a_changed_text_is_asked_about_anew(project: Project, kari: Participant) -> None:
    page = published(project=project)
    values = {**page.content(), "result": "A dinner every Thursday"}
    save_page(project, values, version=page.digest, by=kari.member.user, now=NOW)
    assert not is_public(page)


def test_saving_the_same_takes_nothing_down(project: Project, kari: Participant) -> None:
    page = published(project=project)
    save_page(project, page.content(), version="old", by=kari.member.user, now=NOW)
    assert (is_public(page), audit.history(page).count()) == (True, 0)


def test_nobody_overwrites_a_colleagues_page(
    project: Project, page: LibraryEntry, kari: Participant, ola: Participant
) -> None:
    save_page(project, VALUES, version=page.digest, by=kari.member.user, now=NOW)
    with pytest.raises(Conflict) as conflict:
        save_page(project, {**VALUES, "title": "X"}, version=page.digest, by=ola.member.user, now=NOW)
    assert conflict.value.theirs == VALUES


def test_nobody_agrees_to_what_they_have_not_seen(
    page: LibraryEntry, kari: Participant, director: User
) -> None:
    with pytest.raises(Refused, match="changed since"):
        agree(page, digest="f" * 64, by=kari.member.user, now=NOW)
    with pytest.raises(Refused, match="changed since"):
        agree_for_municipality(page, digest="f" * 64, by=director, now=NOW)
    assert not PageAnswer.objects.exists()


def test_a_question_that_has_not_left_is_recalled(
    project: Project, page: LibraryEntry, kari: Participant, ola: Participant
) -> None:
    for person in (kari, ola):
        agree(page, digest=page.digest, by=person.member.user, now=NOW)
    object_to(page, by=ola.member.user, now=NOW)
    assert Message.objects.get().state == Message.State.VOID


# --- Gone at once -------------------------------------------------------------------------------------


def test_one_of_the_team_says_no_and_changes_their_mind(project: Project, kari: Participant, client) -> None:
    page = published(project=project)
    object_to(page, by=kari.member.user, now=NOW)
    assert (is_public(page), client.get(page.get_absolute_url()).status_code) == (False, 404)
    agree(page, digest=page.digest, by=kari.member.user, now=NOW)
    assert (is_public(page), client.get(page.get_absolute_url()).status_code) == (True, 200)
    assert {kind for kind, _to in letters()} == {"project_page_public"}


def test_the_municipality_says_no(project: Project, director: User, client) -> None:
    page = published(project=project)
    object_for_municipality(page, by=director, now=NOW)
    assert (is_public(page), client.get(page.get_absolute_url()).status_code) == (False, 404)
    assert {kind for kind, _to in letters()} == {"project_page_refused"}
    assert Message.objects.filter(body_text__contains="is gone from this moment").count() == 2


def test_the_school_takes_it_down_and_allows_it_again(project: Project, teacher: User, client) -> None:
    page = published(project=project)
    take_down(page, reason="Names a child", by=teacher, now=NOW)
    assert (is_public(page), client.get(page.get_absolute_url()).status_code) == (False, 404)
    people = project.team.participants.in_order()
    coordinator = project.team.application.coordinator
    assert sorted(letters()) == sorted(
        ("project_page_taken_down", user.email)
        for user in [*(each.member.user for each in people), coordinator]
    )
    with pytest.raises(Refused, match="already"):
        take_down(page, reason="Again", by=teacher, now=NOW)
    allow_again(page, by=teacher, now=NOW)
    assert is_public(page)
    with pytest.raises(Refused, match="not been taken down"):
        allow_again(page, by=teacher, now=NOW)


# --- Who may --------------------------------------------------------------------------------------------


def test_strangers_are_refused(
    project: Project, page: LibraryEntry, kari: Participant, teacher: User, director: User, outsider: User
) -> None:
    seen = {"digest": page.digest, "now": NOW}
    for deed in (
        lambda: save_page(project, VALUES, version=page.digest, by=teacher, now=NOW),
        lambda: agree(page, by=teacher, **seen),
        lambda: object_to(page, by=director, now=NOW),
        lambda: agree_for_municipality(page, by=kari.member.user, **seen),
        lambda: agree_for_municipality(page, by=outsider, **seen),
        lambda: object_for_municipality(page, by=teacher, now=NOW),
        lambda: take_down(page, reason="X", by=kari.member.user, now=NOW),
        lambda: allow_again(page, by=director, now=NOW),
    ):
        with pytest.raises(Refused):
            deed()
    page.refresh_from_db()
    assert (PageAnswer.objects.count(), page.unpublished_at, page.title) == (
        0,
        None,
        "Loneliness among the old",
    )


def test_nobody_gives_both_consents(page: LibraryEntry, kari: Participant) -> None:
    AffiliationFactory(user=kari.member.user)
    with pytest.raises(Refused, match="not in the team"):
        agree_for_municipality(page, digest=page.digest, by=kari.member.user, now=NOW)


def test_the_consents_in_a_browser(
    project: Project, page: LibraryEntry, kari: Participant, ola: Participant, director: User, log_in, now
) -> None:
    deed = reverse("cohorts:page_deed", args=[page.reference, "agree"])
    for person in (kari, ola):
        browser = log_in(person.member.user)
        digest = browser.get(deed).context["form"]["digest"].value()
        assert browser.post(deed, {"digest": digest}).status_code == 302
    browser = log_in(director)
    assert (
        "Loneliness"
        in browser.get(reverse("cohorts:municipality_page", args=[page.reference])).content.decode()
    )
    deed = reverse("cohorts:municipality_deed", args=[page.reference, "agree"])
    digest = browser.get(deed).context["form"]["digest"].value()
    assert browser.post(deed, {"digest": digest}).status_code == 302
    assert is_public(page)


def test_the_first_page_proposes_what_the_project_says(
    project: Project, kari: Participant, log_in, now
) -> None:
    url = reverse("cohorts:team_page_edit", args=[project.team.reference])
    browser = log_in(kari.member.user)
    form = browser.get(url).context["form"]
    assert (form["title"].value(), form["problem"].value(), form["sectors"].value()) == (
        project.problem_title,
        project.problem_statement,
        project.problem_sectors,
    )
    assert browser.post(url, VALUES).status_code == 302
    assert LibraryEntry.objects.get().content() == VALUES
    assert set(VALUES) == set(CONTENT)
