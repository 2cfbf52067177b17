"""Deeds on items, material and learning outcomes, and what the programme covers."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from applications.uploads import inspect
from cohorts.actions.plan import items as deeds
from cohorts.actions.plan import materials, publishing
from cohorts.models import ItemKind, LearningOutcome, Material, ProgrammeItem
from cohorts.models.coverage import Cell, coverage
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from tests.cohorts.factories import InstructorFactory, ParticipantFactory, SessionFactory, TeamFactory
from tests.cohorts.plan.factories import ItemFactory, MaterialFactory, OutcomeFactory, a_cohort
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def verbs(thing) -> list[str]:
    return [event.verb for event in audit.history(thing)]


def lecture(**fields):
    return {
        "starts": time(9),
        "ends": time(10),
        "kind": ItemKind.LECTURE,
        "title_nb": "Tjenestelogikk",
        "theory": True,
        **fields,
    }


def test_an_item_is_added_changed_moved_and_removed(administrator):
    session = SessionFactory(cohort=a_cohort())
    first, second = session.days.all()
    outcome = OutcomeFactory(cohort=session.cohort)
    item = deeds.add_item(first, lecture(), [outcome], by=administrator, now=NOW)
    deeds.change_item(item, lecture(day=second, room="Aud 1"), [], by=administrator, now=NOW)
    item = ProgrammeItem.objects.get()
    assert (item.day, item.room, list(item.outcomes.all())) == (second, "Aud 1", [])
    deeds.change_item(item, lecture(day=second, room="Aud 1"), [], by=administrator, now=NOW)
    deeds.remove_item(item, by=administrator, now=NOW)
    assert not ProgrammeItem.objects.exists()
    assert verbs(session) == [
        "removed an item from the programme",
        "changed an item of the programme",
        "added an item to the programme",
    ]


def test_nobody_overwrites_an_item_that_they_have_not_seen(administrator):
    item = ItemFactory()
    seen = item.version
    deeds.change_item(item, lecture(room="Aud 1"), [], version=seen, by=administrator, now=NOW)
    with pytest.raises(Refused):
        deeds.change_item(item, lecture(room="Aud 2"), [], version=seen, by=administrator, now=NOW)
    assert ProgrammeItem.objects.get().room == "Aud 1"


def test_an_item_that_is_removed_takes_its_file_along(administrator, django_capture_on_commit_callbacks):
    item = ItemFactory()
    material = add_file(item, administrator)
    path = material.file.path
    with django_capture_on_commit_callbacks(execute=True):
        deeds.remove_item(item, by=administrator, now=NOW)
    assert not Material.objects.exists()
    assert not material.file.storage.exists(path)


def add_file(item, by, *, name="slides.pdf", content=PDF, is_published=False):
    upload = inspect(SimpleUploadedFile(name, content))
    return materials.add_file(item, title="Slides", upload=upload, is_published=is_published, by=by, now=NOW)


def test_a_file_is_kept_under_a_name_that_tells_nothing_and_only_once(administrator):
    item = ItemFactory()
    material = add_file(item, administrator)
    assert "slides" not in material.file.name
    assert (material.original_name, material.content_type, material.size, material.published_at) == (
        "slides.pdf",
        "application/pdf",
        len(PDF),
        None,
    )
    with pytest.raises(Refused):
        add_file(item, administrator, name="again.pdf")
    assert item.materials.count() == 1


def test_material_is_published_taken_back_and_removed(administrator):
    material = MaterialFactory()
    session = material.item.day.session
    for _twice in range(2):
        materials.publish_material(material, by=administrator, now=NOW)
    material.refresh_from_db()
    assert material.published_at == NOW
    for _twice in range(2):
        materials.hide_material(material, by=administrator, now=NOW)
    materials.remove_material(material, by=administrator, now=NOW)
    assert not Material.objects.exists()
    assert verbs(session) == [
        "removed material",
        "took material back from the cohort",
        "published material to the cohort",
    ]


def test_who_may_read_material(administrator):
    cohort = a_cohort()
    item = ItemFactory(day=SessionFactory(cohort=cohort).days.first())
    published, draft = MaterialFactory(item=item, published=True), MaterialFactory(item=item)
    team = TeamFactory(cohort=cohort, people=1)
    readers = {
        "administrator": administrator,
        "instructor": InstructorFactory(cohort=cohort).user,
        "another cohort's instructor": InstructorFactory(cohort=a_cohort()).user,
        "participant": team.participants.first().member.user,
        "who has left": ParticipantFactory(team=team, gone=True).member.user,
        "another cohort's participant": TeamFactory(cohort=a_cohort(), people=1)
        .participants.first()
        .member.user,
        "outsider": UserFactory(),
    }
    assert {name: set(Material.objects.readable_by(user)) for name, user in readers.items()} == {
        "administrator": {published, draft},
        "instructor": {published, draft},
        "another cohort's instructor": set(),
        "participant": {published},
        "who has left": set(),
        "another cohort's participant": set(),
        "outsider": set(),
    }


def test_outcomes_are_added_changed_and_removed(administrator):
    cohort = a_cohort()
    values = {"code": "K1", "domain": "knowledge", "text_nb": "Kunnskap"}
    first = deeds.add_outcome(cohort, values, by=administrator, now=NOW)
    second = deeds.add_outcome(cohort, values | {"code": "K2"}, by=administrator, now=NOW)
    assert (first.number, second.number) == (1, 2)
    with pytest.raises(Refused):
        deeds.change_outcome(second, values, by=administrator, now=NOW)
    with pytest.raises(Refused):
        deeds.add_outcome(cohort, values, by=administrator, now=NOW)
    deeds.change_outcome(second, {"text_nb": "Annet"}, by=administrator, now=NOW)
    item = ItemFactory(day=SessionFactory(cohort=cohort).days.first(), outcomes=[first, second])
    deeds.remove_outcome(first, by=administrator, now=NOW)
    assert list(item.outcomes.values_list("code", "text_nb")) == [("K2", "Annet")]
    assert list(LearningOutcome.objects.values_list("code", flat=True)) == ["K2"]


def test_the_plan_of_a_completed_cohort_stands(administrator):
    cohort = a_cohort(state=CohortState.COMPLETED, completed_at=NOW)
    item = ItemFactory(day=SessionFactory(cohort=cohort).days.first())
    material = MaterialFactory(item=item)
    outcome = OutcomeFactory(cohort=cohort)
    by = {"by": administrator, "now": NOW}
    for refused in (
        lambda: deeds.add_item(item.day, lecture(), [], **by),
        lambda: deeds.change_item(item, lecture(), [], **by),
        lambda: deeds.remove_item(item, **by),
        lambda: materials.add_link(item, title="A", link="https://example.no", is_published=True, **by),
        lambda: materials.remove_material(material, **by),
        lambda: deeds.change_outcome(outcome, {"text_nb": "B"}, **by),
        lambda: deeds.remove_outcome(outcome, **by),
    ):
        with pytest.raises(Refused):
            refused()
    assert (ProgrammeItem.objects.count(), Material.objects.count(), LearningOutcome.objects.count()) == (
        1,
        1,
        1,
    )


def test_the_programme_is_published_and_taken_back_once(administrator):
    cohort = a_cohort()
    with pytest.raises(Refused):
        publishing.publish_programme(cohort, by=administrator, now=NOW)
    SessionFactory(cohort=cohort)
    publishing.publish_programme(cohort, by=administrator, now=NOW)
    with pytest.raises(Refused):
        publishing.publish_programme(cohort, by=administrator, now=NOW + timedelta(days=1))
    cohort.refresh_from_db()
    assert cohort.programme_published_at == NOW
    publishing.withdraw_programme(cohort, by=administrator, now=NOW)
    with pytest.raises(Refused):
        publishing.withdraw_programme(cohort, by=administrator, now=NOW)
    cohort.refresh_from_db()
    assert cohort.programme_published_at is None
    assert verbs(cohort) == ["took the programme off the public pages", "published the programme"]


def test_coverage_counts_items_and_hours_and_points_out_the_gaps(django_assert_num_queries):
    cohort = a_cohort()
    one, two = (SessionFactory(cohort=cohort, number=n, title_en=title) for n, title in ((1, "A"), (2, "B")))
    covered, forgotten = OutcomeFactory(cohort=cohort, code="K1"), OutcomeFactory(cohort=cohort, code="K2")
    ItemFactory(day=one.days.first(), outcomes=[covered])
    ItemFactory(day=one.days.last(), outcomes=[covered], peer_learning=True)
    ItemFactory(day=two.days.first(), theory=False, creative_techniques=True)
    sessions = list(cohort.sessions.with_programme().in_order())
    with translation.override("en"), django_assert_num_queries(0):
        found = coverage(sessions, [covered, forgotten])
    assert [(line.code, line.cells, line.total) for line in found.outcomes] == [
        ("K1", [Cell(2, 180), Cell(0, 0)], Cell(2, 180)),
        ("K2", [Cell(0, 0), Cell(0, 0)], Cell(0, 0)),
    ]
    assert [[cell.items for cell in line.cells] for line in found.pillars] == [[2, 0], [0, 1], [1, 0]]
    assert list(found.gaps) == [
        "No item of the programme works on learning outcome K2.",
        "Sessions without an item with the pillar “Theory of innovation”: 2. B.",
        "Sessions without an item with the pillar “Creative techniques”: 1. A.",
        "Sessions without an item with the pillar “Peer learning”: 2. B.",
    ]
