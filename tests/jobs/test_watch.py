"""Somebody is told when reminders or letters stand still, also when broker and worker are dead."""

from __future__ import annotations

from datetime import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, transaction
from django.utils import translation

from innoskole.celery import app
from innoskole.jobs import actions, timetable
from innoskole.jobs.management.commands import watch as command
from innoskole.jobs.models import Heartbeat, Incident
from innoskole.notifications.models import Message
from tests.factories import NOW
from tests.jobs.factories import MINUTE, all_is_well, change
from tests.notifications import mail_server
from tests.notifications.factories import message

pytestmark = pytest.mark.django_db

State = Message.State


@pytest.fixture(autouse=True)
def _house(settings, monkeypatch) -> None:
    settings.ALERT_EMAILS = ["drift@example.no", "vakt@example.no"]
    settings.LANGUAGE_CODE = "en"

    def dead(*args, **kwargs) -> None:
        raise AssertionError("The watch stands on no broker.")

    monkeypatch.setattr(app, "send_task", dead)
    monkeypatch.setattr(app.Task, "apply_async", dead)


def watch(at: datetime) -> str:
    said = StringIO()
    with time_machine.travel(at, tick=False):
        call_command("watch", stdout=said)
    return said.getvalue()


def letters() -> list[tuple[str, str, str]]:
    return list(
        Message.objects.filter(kind__startswith="alert")
        .order_by("pk")
        .values_list("kind", "to_email", "state")
    )


def test_nothing_is_sent_while_all_is_well(server: mail_server.Server) -> None:
    all_is_well(NOW)
    assert watch(NOW) == "Reminders and letters leave in time.\n"
    assert (letters(), Incident.objects.count()) == ([], 0)
    found = Heartbeat.objects.get(name=timetable.WATCH)
    assert (found.finished_at, found.runs) == (NOW, 1)


def test_one_mail_when_it_begins_and_one_when_it_is_over(server: mail_server.Server) -> None:
    all_is_well(NOW)
    change(timetable.REMIND, finished_at=NOW - 20 * MINUTE)

    assert watch(NOW) == (
        "A task has not run as it should: Remind people of deadlines. See that the processes «beat» and"
        " «worker» run, and that Redis and the database answer. What is due is done when they run again.\n"
        "Alerts sent: 2\n"
    )
    began = [
        ("alert_began", "drift@example.no", "sent"),
        ("alert_began", "vakt@example.no", "sent"),
    ]
    assert letters() == began
    assert [mail.to for mail in server.taken] == [["drift@example.no"], ["vakt@example.no"]]
    assert [(each.alarms, each.began_at, each.ended_at) for each in Incident.objects.all()] == [
        (["late:remind"], NOW, None)
    ]
    first = Message.objects.get(key=f"alert_began:{Incident.objects.get().pk}:drift@example.no")
    assert first.subject == (
        "Innoskole needs a person: A task has not run as it should: Remind people of deadlines"
    )
    for part in (first.body_text, first.body_html):
        assert "/admin/jobs/" in part
        assert "See that the processes «beat» and «worker» run" in part

    assert "Alerts sent" not in watch(NOW + 5 * MINUTE)
    change(timetable.DELIVER, finished_at=NOW - 20 * MINUTE)
    assert "Alerts sent" not in watch(NOW + 10 * MINUTE)
    assert letters() == began

    all_is_running = NOW + 15 * MINUTE
    for name in (timetable.REMIND, timetable.DELIVER):
        change(name, finished_at=all_is_running)
    assert watch(all_is_running) == "Reminders and letters leave in time.\nAlerts sent: 2\n"
    assert letters() == [
        *began,
        ("alert_over", "drift@example.no", "sent"),
        ("alert_over", "vakt@example.no", "sent"),
    ]
    assert Incident.objects.get().ended_at == all_is_running

    change(timetable.REMIND, finished_at=all_is_running - 60 * MINUTE)
    assert "Alerts sent: 2" in watch(all_is_running + MINUTE)
    assert Incident.objects.count() == 2


def test_letters_that_wait_for_an_hour_are_an_incident_too(server: mail_server.Server) -> None:
    all_is_well(NOW)
    message(next_attempt_at=NOW - 61 * MINUTE)
    assert watch(NOW).startswith("E-mail has waited for more than an hour.")
    assert Incident.objects.get().alarms == ["unsent"]


def test_sweeps_that_have_never_run_are_an_incident_after_a_quarter_of_an_hour(
    server: mail_server.Server,
) -> None:
    assert watch(NOW) == "Reminders and letters leave in time.\n"
    assert watch(NOW + 16 * MINUTE) == "Reminders and letters leave in time.\n"
    assert "Alerts sent: 2" in watch(NOW + 17 * MINUTE)
    assert Incident.objects.get().alarms == ["late:deliver-queued-mail", "late:remind"]


def test_an_alert_waits_for_a_mail_server_that_is_away(server: mail_server.Server, caplog) -> None:
    all_is_well(NOW)
    change(timetable.REMIND, finished_at=NOW - 20 * MINUTE)
    server.on_open = ConnectionRefusedError("nobody listens")
    assert "Alerts sent" not in watch(NOW)
    assert [state for _kind, _to, state in letters()] == ["queued", "queued"]
    assert "The alert could not be sent" in caplog.text
    server.on_open = None
    assert "Alerts sent: 2" in watch(NOW + 5 * MINUTE)


def test_an_alert_is_written_in_the_language_of_the_house(settings, server: mail_server.Server) -> None:
    settings.LANGUAGE_CODE = "nb"
    all_is_well(NOW)
    change(timetable.REMIND, finished_at=NOW - 20 * MINUTE)
    with translation.override("en"):
        watch(NOW)
    assert set(Message.objects.filter(kind="alert_began").values_list("language", flat=True)) == {"nb"}


def test_only_one_incident_is_open_at_a_time() -> None:
    Incident.objects.create(began_at=NOW, ended_at=NOW)
    Incident.objects.create(began_at=NOW, ended_at=NOW)
    Incident.objects.create(began_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.create(began_at=NOW)


def test_a_watch_that_loses_the_race_writes_nothing(server: mail_server.Server, monkeypatch) -> None:
    """Two watches see the same thing; the other one's incident is there when ours is written."""
    all_is_well(NOW)
    change(timetable.REMIND, finished_at=NOW - 20 * MINUTE)
    Incident.objects.create(began_at=NOW)
    monkeypatch.setattr(type(Incident.objects.all()), "still_open", lambda self: self.none())
    actions.watch(NOW)
    assert (letters(), Incident.objects.count()) == ([], 1)


def test_the_loop_goes_on_when_the_database_is_away(server, monkeypatch, caplog) -> None:
    class Enough(Exception):
        pass

    looks: list[int] = []

    def look(self: command.Command) -> None:
        looks.append(len(looks))
        raise OperationalError("server closed the connection")

    def sleep(seconds: float) -> None:
        assert seconds == 300
        if len(looks) == 3:
            raise Enough

    monkeypatch.setattr(command.Command, "look", look)
    monkeypatch.setattr(command, "close_old_connections", lambda: None)
    monkeypatch.setattr(command.time, "sleep", sleep)
    with pytest.raises(Enough):
        call_command("watch", every=300)
    assert [record.message for record in caplog.records] == [
        "The database does not answer: server closed the connection"
    ] * 3
