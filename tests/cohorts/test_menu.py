"""«My course» in the main menu: for whoever takes part, and read together with the account."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.test import Client, RequestFactory
from django.utils.translation import override

from applications.models import TeamMember
from applications.states import Participation
from innoskole.ui.context import site
from tests.cohorts.factories import ParticipantFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


def menu(user, path: str = "/") -> dict[str, str]:
    """Label of each place → whether one is there, as the page of a logged-in person shows it."""
    client = Client()
    client.force_login(user)
    request = RequestFactory().get(path)
    request.session = client.session
    request.user = get_user(request)
    with override("en"):
        return {str(link.label): link.current for link in site(request)["navigation"]}


def test_who_takes_part_or_has_completed_finds_the_course_in_the_menu():
    person = ParticipantFactory()
    assert menu(person.member.user, "/course/kull/")["My course"] == "true"
    TeamMember.objects.update(participation=Participation.COMPLETED)
    assert menu(person.member.user, "/course/")["My course"] == "page"


def test_nobody_else_does():
    person = ParticipantFactory()
    TeamMember.objects.filter(pk=person.member_id).update(participation=Participation.WITHDRAWN, left_at=NOW)
    others = [
        person.member.user,
        person.team.application.coordinator,
        UserFactory(is_instructor=True),
        UserFactory(is_course_administrator=True),
    ]
    assert [menu(user) for user in others if "My course" in menu(user)] == []


def test_it_costs_no_query_of_its_own(django_assert_num_queries):
    client = Client()
    client.force_login(ParticipantFactory().member.user)
    request = RequestFactory().get("/")
    request.session = client.session
    with django_assert_num_queries(2):  # the session and the account
        request.user = get_user(request)
        site(request)
