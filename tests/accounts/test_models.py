from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from innoskole.accounts import audit
from innoskole.accounts.models import Affiliation, AuditEvent, Unchangeable, User
from tests.factories import NOW, AffiliationFactory, UserFactory, municipality

pytestmark = pytest.mark.django_db


def test_an_address_is_one_person_in_any_letter_case():
    UserFactory(email="a@x.example.no")
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="A@x.example.no", name="Ada").save()
    assert User.objects.create_user(" B@X.example.no ").email == "b@x.example.no"
    assert User.objects.get_by_natural_key("B@x.EXAMPLE.no").email == "b@x.example.no"


def test_without_a_password_nobody_can_log_in_with_one():
    assert not User.objects.create_user("a@x.example.no").has_usable_password()
    assert User.objects.create_user("b@x.example.no", "correct horse battery").check_password(
        "correct horse battery"
    )


def test_people_are_found_by_every_word_and_sorted_in_norwegian_order():
    names = ["Åse Ås", "Øystein Øy", "Ærlig Prøve", "Zara Prøve", "Anna Prøve"]
    people = {name: UserFactory(name=name) for name in names}
    assert [str(user) for user in User.objects.in_order()] == [
        *("Anna Prøve", "Zara Prøve", "Ærlig Prøve", "Øystein Øy", "Åse Ås")
    ]
    assert list(User.objects.search("ØY øyst")) == [people["Øystein Øy"]]
    assert list(User.objects.search("prøve ÆRLIG")) == [people["Ærlig Prøve"]]
    person = people["Åse Ås"]
    person.name = "Berit Berg"
    person.save(update_fields=["name"])
    assert list(User.objects.search("åse")) == []
    assert list(User.objects.search("berit")) == [person]


def test_an_affiliation_is_asked_for_once_and_its_state_fits_its_proof():
    affiliation = AffiliationFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        AffiliationFactory(user=affiliation.user, municipality=affiliation.municipality)
    for wrong in ({"proof": ""}, {"decided_at": None}, {"state": "pending"}, {"state": "rejected"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Affiliation.objects.filter(pk=affiliation.pk).update(**wrong)


def test_only_proven_municipalities_count_and_only_confirmed_people_wait():
    user = UserFactory()
    proven = AffiliationFactory(user=user, municipality=municipality("1804"))
    waiting = AffiliationFactory(user=user, municipality=municipality("4646"), pending=True)
    AffiliationFactory(user=user, municipality=municipality("4601"), rejected=True)
    AffiliationFactory(user=UserFactory(confirmed=False), pending=True)
    AffiliationFactory(user=UserFactory(is_active=False), pending=True)
    assert list(user.proven_municipalities()) == [proven.municipality]
    assert list(user.affiliations.proven()) == [proven]
    assert list(Affiliation.objects.pending()) == [waiting]


def test_the_audit_is_append_only_in_the_program_and_in_the_database():
    user = UserFactory()
    event = audit.record(user, "registered", by=user, now=NOW)
    event.verb = "did nothing"
    for attempt in (event.save, event.delete, AuditEvent.objects.all().delete):
        with pytest.raises(Unchangeable):
            attempt()
    with pytest.raises(Unchangeable):
        AuditEvent.objects.update(verb="did nothing")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditevent SET verb = 'did nothing'")
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["registered"]


def test_audit_events_whose_time_is_up_can_be_forgotten():
    user = UserFactory()
    audit.record(user, "registered", by=user, now=NOW.replace(year=2017))
    kept = audit.record(user, "changed the profile", by=user, now=NOW)
    assert AuditEvent.objects.all().forget_before(NOW) == 1
    assert list(AuditEvent.objects.all()) == [kept]
