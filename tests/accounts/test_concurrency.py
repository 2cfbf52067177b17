"""What two people do in the same second; only PostgreSQL lets them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from innoskole.accounts import actions
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Affiliation, User
from innoskole.accounts.roles import Role
from tests.factories import NOW, UserFactory, municipality

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*deeds):
    """Run the deeds in threads that start together; returns what each gave or how it was refused."""
    together = Barrier(len(deeds))

    def run(deed):
        together.wait()
        try:
            return deed()
        except Refused:
            return Refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_two_administrators_cannot_oust_each_other(administrator, second_administrator):
    def oust(victim, by):
        return lambda: actions.revoke_role(
            victim, Role.COURSE_ADMINISTRATOR, by=by, now=NOW, reason="Has left"
        )

    results = at_once(oust(administrator, second_administrator), oust(second_administrator, administrator))
    assert (results.count(None), results.count(Refused)) == (1, 1)
    assert User.objects.administrators().count() == 1


def test_a_double_click_asks_once():
    user, bodo = UserFactory(email="kari@bodo.kommune.no"), municipality("1804")
    results = at_once(*[lambda: actions.request_affiliation(user, bodo, NOW)] * 4)
    assert results == [Affiliation.objects.get()] * 4
    assert Affiliation.objects.get().state == "proven"


def test_a_person_is_added_once_in_any_letter_case(administrator):
    def add(email):
        return lambda: actions.add_person(
            email=email, name="Ivar Prøve", language="nb", by=administrator, now=NOW
        )

    results = at_once(add("ivar@example.no"), add("Ivar@Example.no"))
    assert results.count(Refused) == 1
    assert User.objects.filter(email="ivar@example.no").count() == 1
