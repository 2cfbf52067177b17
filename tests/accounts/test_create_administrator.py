from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from innoskole.accounts import audit
from innoskole.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_the_first_administrator_is_created_without_a_password():
    out = StringIO()
    call_command("create_administrator", " Anna@example.no", "--name=Anna Prøve", "--language=nn", stdout=out)
    user = User.objects.get()
    assert (user.email, user.name, user.language) == ("anna@example.no", "Anna Prøve", "nn")
    assert (user.is_course_administrator, user.has_usable_password()) == (True, False)
    assert out.getvalue() == ("anna@example.no is a course administrator and logs in with a one-time code.\n")
    assert [(event.verb, event.by_label) for event in audit.history(user)] == [
        ("granted a role", "The system"),
        ("added the person", "The system"),
    ]


def test_an_existing_person_becomes_an_administrator_once():
    user = UserFactory(email="anna@example.no")
    call_command("create_administrator", "anna@example.no", stdout=StringIO())
    assert list(User.objects.administrators()) == [user]
    with pytest.raises(CommandError):
        call_command("create_administrator", "anna@example.no")


def test_a_wrong_address_creates_nobody():
    with pytest.raises(CommandError):
        call_command("create_administrator", "anna")
    assert User.objects.count() == 0
