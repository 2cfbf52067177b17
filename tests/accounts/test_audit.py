from __future__ import annotations

from datetime import date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from innoskole.accounts import audit
from innoskole.accounts.models import AuditEvent
from innoskole.accounts.templatetags.audit import Change, Line, line
from tests.factories import NOW, AffiliationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_event_says_who_what_when_old_new_and_why():
    by = UserFactory(name="Anna Administrator")
    affiliation = AffiliationFactory()
    event = audit.record(
        affiliation,
        "approved the affiliation",
        by=by,
        now=NOW,
        changes={
            "state": ("pending", "proven"),
            "decided_at": (None, NOW),
            "municipality": ("", affiliation.municipality),
            "proof": ("domain", "domain"),
            "born": (date(2027, 1, 2), [1, "two"]),
        },
        reason="Known at the school",
    )
    assert list(AuditEvent.objects.values()) == [
        {
            "id": event.pk,
            "content_type_id": event.content_type_id,
            "object_id": str(affiliation.pk),
            "verb": "approved the affiliation",
            "by_id": by.pk,
            "by_label": "Anna Administrator",
            "occurred_at": NOW,
            "changes": {
                "state": ["pending", "proven"],
                "decided_at": [None, "2027-05-03T10:00:00+02:00"],
                "municipality": ["", "Bodø"],
                "born": ["2027-01-02", [1, "two"]],
            },
            "reason": "Known at the school",
        }
    ]
    with translation.override("en"):
        assert line(event, type(affiliation)) == Line(
            occurred_at=NOW,
            who="Anna Administrator",
            what="approved the affiliation",
            changes=[
                Change("State", "waits for approval", "approved"),
                Change("Decided", "–", "3 May 2027 at 10:00"),
                Change("Municipality", "–", "Bodø"),
                Change("Born", "2027-01-02", "1, two"),
            ],
            reason="Known at the school",
        )


def test_a_flag_reads_yes_or_no():
    user = UserFactory()
    event = audit.record(user, "granted a role", by=None, now=NOW, changes={"is_instructor": (False, True)})
    with translation.override("en"):
        assert line(event, type(user)).changes == [Change("Instructor", "No", "Yes")]
        assert line(event, type(user)).who == "The system"


def test_a_value_may_be_told_by_its_day():
    changes = {"2026-01-01": (10, 12)}
    event = audit.record(UserFactory(), "took over a figure", by=None, now=NOW, changes=changes)
    with translation.override("en"):
        assert line(event, type(event.obj)).changes == [Change("1 January 2026", "10", "12")]


def test_somebody_without_an_account_is_named():
    event = audit.record(UserFactory(), "registered", by=None, now=NOW, by_label="Direktør Prøve")
    assert (event.by, event.by_label) == (None, "Direktør Prøve")


def test_the_name_stays_when_the_person_is_blanked():
    user = UserFactory(name="Kari Koordinator")
    audit.record(user, "registered", by=user, now=NOW)
    user.name = ""
    user.save()
    assert [event.by_label for event in audit.history(user)] == ["Kari Koordinator"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_of_an_object_shows_its_events_newest_first_in_one_query(rows, django_assert_num_queries):
    user, other = UserFactory(), UserFactory()
    audit.record(other, "registered", by=other, now=NOW)
    for hour in range(rows):
        audit.record(user, f"did {hour}", by=user, now=datetime(2027, 5, 3, hour, tzinfo=NOW.tzinfo))
    page = Template("{% load audit %}{% history obj %}")
    with django_assert_num_queries(1), translation.override("en"):
        html = page.render(Context({"obj": user}))
    found = [html.index(f"did {hour}") for hour in range(rows)]
    assert found == sorted(found, reverse=True)
    assert "registered" not in html


def test_an_empty_history_says_so():
    with translation.override("en"):
        html = Template("{% load audit %}{% history obj %}").render(Context({"obj": UserFactory()}))
    assert "Nothing has happened yet." in html
