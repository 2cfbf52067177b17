"""What every page knows about the person."""

from __future__ import annotations

import pytest

from innoskole.accounts import facts
from tests.cohorts.factories import ParticipantFactory
from tests.factories import AffiliationFactory, UserFactory

pytestmark = pytest.mark.django_db


def known(user) -> tuple[bool, bool]:
    return facts.holds(user, "acts_for_municipality"), facts.holds(user, "takes_part")


def test_what_is_known_of_people():
    participant = ParticipantFactory()
    assert known(UserFactory()) == (False, False)
    assert known(AffiliationFactory().user) == (True, False)
    assert known(AffiliationFactory(rejected=True).user) == (True, False)
    assert known(participant.team.application.coordinator) == (True, False)
    assert known(participant.member.user) == (False, True)


def test_who_has_been_read_with_the_facts_is_not_read_again(django_assert_num_queries):
    user = UserFactory()
    with django_assert_num_queries(1):
        person = facts.known(user)
    with django_assert_num_queries(0):
        assert (facts.known(person), known(person)) == (person, (False, False))
    with django_assert_num_queries(1):
        assert not facts.holds(user, "takes_part")


def test_a_fact_that_nobody_has_registered_is_an_error():
    with pytest.raises(AttributeError, match="is_a_wizard"):
        facts.holds(UserFactory(), "is_a_wizard")
