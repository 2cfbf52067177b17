"""Instructors who save in the same second; only PostgreSQL lets them."""

from __future__ import annotations

from itertools import cycle

import pytest

from cohorts.actions.attendance import Mark, Overtaken, register
from cohorts.models import Attendance, Participant, SessionDay
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import NOW
from tests.notifications.test_concurrency import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_those_who_say_different_things_one_is_heard_and_the_others_are_told(
    kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    statuses = cycle(["present", "absent", "excused"])

    def save() -> str | None:
        status = next(statuses)
        try:
            register(days[2], "morning", [Mark(kari.pk, status)], by=teacher, now=NOW)
        except Overtaken:
            return None
        return status

    heard = {status for status in at_once(save, 3) if status}
    assert heard == {Attendance.objects.get().status}


def test_two_absences_at_once_that_together_are_too_many_write_one_letter(
    kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    register(days[0], "morning", [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    halves = cycle([(days[0], "afternoon"), (days[1], "morning")])

    def save() -> int:
        day, half = next(halves)
        return register(day, half, [Mark(kari.pk, "absent")], by=teacher, now=NOW)

    assert sum(at_once(save, 2)) == 2
    assert Message.objects.filter(kind="attendance_out_of_reach").count() == 1
