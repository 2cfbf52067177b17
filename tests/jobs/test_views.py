"""The page of the machinery, the answer for uptime monitors, and the figures for Prometheus."""

from __future__ import annotations

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from innoskole.jobs import actions, queue, timetable
from innoskole.jobs.models import Incident
from innoskole.notifications.models import Message
from tests.factories import NOW
from tests.jobs.factories import MINUTE, SECOND, all_is_well, change
from tests.notifications.factories import message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture(autouse=True)
def depth(monkeypatch) -> list[int | None]:
    """How many tasks wait in the broker's queue, as the test wishes."""
    found: list[int | None] = [0]
    monkeypatch.setattr(queue, "depth", lambda: found[0])
    return found


# --- The page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries_for_one_and_for_three(
    rows: int, administrator, log_in, django_assert_num_queries
) -> None:
    all_is_well(NOW, workers=rows)
    for number in range(rows):
        message(str(number))
        Incident.objects.create(began_at=NOW, ended_at=NOW)
    client = log_in(administrator)
    # Session and person; heartbeats, lease, workers and unsent letters; letters by state; incidents.
    with django_assert_num_queries(8):
        assert client.get("/admin/jobs/").status_code == 200


def test_a_page_of_a_machinery_that_runs(administrator, log_in) -> None:
    all_is_well(NOW)
    response = log_in(administrator).get("/admin/jobs/", headers={"Accept-Language": "en"})
    assert response.context["troubles"] == []
    html = response.content.decode()
    assert html.count('data-color="danger"') == 0
    assert html.count("<tr>") == 1 + len(timetable.names()) + 1 + len(Message.State)


def test_a_page_of_a_machinery_that_does_not(administrator, log_in, depth) -> None:
    all_is_well(NOW)
    actions.fail("sweep-offers", error="ValueError: <no such day>", seconds=1, now=NOW)
    change("remind", finished_at=NOW - 20 * MINUTE)
    depth[0] = None
    response = log_in(administrator).get("/admin/jobs/")
    assert [trouble.key for trouble in response.context["troubles"]] == [
        "broker",
        "failed:sweep-offers",
        "late:remind",
    ]
    html = response.content.decode()
    assert "ValueError: &lt;no such day&gt;" in html
    # Three alerts, and the two tags in the table.
    assert html.count('data-color="danger"') == 5


def test_a_page_before_anything_has_run(administrator, log_in) -> None:
    response = log_in(administrator).get("/admin/jobs/")
    assert [trouble.key for trouble in response.context["troubles"]] == ["beat"]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_in_each_language(language: str, administrator, log_in) -> None:
    type(administrator).objects.update(language=language)
    all_is_well(NOW)
    Incident.objects.create(began_at=NOW)
    response = log_in(administrator).get("/admin/jobs/")
    assert (response.status_code, response["Content-Language"]) == (200, language)


# --- For uptime monitors --------------------------------------------------------------------------------


def test_health_of_the_jobs(client: Client) -> None:
    def answer() -> tuple[int, dict]:
        response = client.get("/health/jobs/")
        assert "no-store" in response["Cache-Control"]
        return response.status_code, response.json()

    assert answer() == (503, {"jobs": "late"})  # nothing has ever run
    all_is_well(NOW)
    assert answer() == (200, {"jobs": "ok"})
    change("sweep-offers", finished_at=NOW - 60 * MINUTE)
    assert answer() == (200, {"jobs": "ok"})
    change("remind", finished_at=NOW - 20 * MINUTE)
    assert answer() == (503, {"jobs": "late"})


# --- For Prometheus -------------------------------------------------------------------------------------


def test_without_a_token_the_address_does_not_exist(client: Client, settings) -> None:
    settings.METRICS_TOKEN = ""
    for shown in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert client.get("/metrics", headers=shown).status_code == 404


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "s3cret"}])
def test_figures_are_for_those_who_show_the_token(shown: dict, client: Client, settings) -> None:
    settings.METRICS_TOKEN = "s3cret"
    response = client.get("/metrics", headers=shown)
    assert (response.status_code, response.content, response["WWW-Authenticate"]) == (401, b"", "Bearer")


def figures(client: Client, settings) -> dict[str, dict[str, float]]:
    """Figures by name and label, as a parser of Prometheus' format reads them."""
    settings.METRICS_TOKEN = "s3cret"
    response = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert (response.status_code, response["Content-Type"]) == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
    )
    return {
        family.name.removeprefix("innoskole_"): {
            "".join(sample.labels.values()): sample.value for sample in family.samples
        }
        for family in text_string_to_metric_families(response.content.decode())
    }


def test_the_figures(client: Client, settings, depth) -> None:
    all_is_well(NOW, workers=2)
    actions.hold_lease("machine:1:beat", now=NOW - 5 * SECOND)
    change("delete-interests", finished_at=None, seconds=None, runs=0, since_at=NOW)
    change("remind", finished_at=NOW - 20 * MINUTE)
    actions.fail("sweep-offers", error="ValueError", seconds=2, now=NOW)
    message(next_attempt_at=NOW - 90 * SECOND)
    depth[0] = 4
    names = timetable.names()
    assert figures(client, settings) == {
        "queue_depth": {"": 4},
        "workers": {"": 2},
        "beat_lease_age_seconds": {"": 5},
        "mail_oldest_unsent_seconds": {"": 90},
        "mail_stale_claims": {"": 0},
        "mail_messages": {state: float(state == "queued") for state in Message.State.values},
        "job_last_success_age_seconds": {
            name: 1200 if name == "remind" else 30 for name in names if name != "delete-interests"
        },
        "job_last_run_seconds": {
            name: 2 if name == "sweep-offers" else 0.25 for name in names if name != "delete-interests"
        },
        "job_late": {name: float(name == "remind") for name in names},
        "job_failing": {name: float(name == "sweep-offers") for name in names},
        "job_runs": {name: {"delete-interests": 0, "sweep-offers": 8}.get(name, 7) for name in names},
    }


def test_what_nobody_knows_is_left_out(client: Client, settings, depth) -> None:
    depth[0] = None
    found = figures(client, settings)
    assert {"queue_depth", "beat_lease_age_seconds"}.isdisjoint(found)
    assert found["job_last_success_age_seconds"] == {}
    assert set(found["job_late"].values()) == {1}
