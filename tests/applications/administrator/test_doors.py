"""Every address of the administrators is closed to everybody else, and does nothing for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application, Intake
from applications.states import State
from applications.urls import administrator as doors
from innoskole.accounts.models import AuditEvent, User
from tests.factories import ApplicationFactory

ARGUMENTS = {
    "slug": "autumn-2027",
    "reference": "IS-2027H-0001",
    "kind": "csv",
    "deed": "review",
    "pk": 1,
    "version": 1,
}
ADDRESSES = {
    str(pattern.name): reverse(
        f"applications:{pattern.name}",
        kwargs={name: ARGUMENTS[name] for name in pattern.pattern.converters},
    )
    for pattern in doors.urlpatterns
}


@pytest.fixture
def application(intake: Intake) -> Application:
    return ApplicationFactory(intake=intake, complete=True, state=State.SUBMITTED, reference="IS-2027H-0001")


@pytest.mark.parametrize("name", ADDRESSES)
def test_closed_to_everybody_but_administrators(
    now: datetime,
    application: Application,
    coordinator: User,
    instructor: User,
    client: Client,
    log_in: Callable[[User], Client],
    name: str,
) -> None:
    address, login = ADDRESSES[name], reverse("account_login")
    for browser in (log_in(coordinator), log_in(instructor)):
        assert [browser.get(address).status_code, browser.post(address).status_code] == [403, 403]
    for answer in (client.get(address), client.post(address)):
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, login)
    assert (Application.objects.get().state, AuditEvent.objects.count()) == (State.SUBMITTED, 0)


def test_the_rows_of_the_table_are_all_the_doors() -> None:
    assert len(ADDRESSES) == len(doors.urlpatterns) == 17
