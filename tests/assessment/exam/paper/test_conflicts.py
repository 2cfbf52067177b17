"""Nobody grades a team of the municipality that they are bound to: every tie, one by one."""

from __future__ import annotations

from datetime import date

import pytest
from allauth.account.models import EmailAddress

from applications.models import ApplicantMunicipality, MunicipalityRole
from applications.states import PartnerState
from assessment.models import ConflictOfInterest, Paper
from assessment.models.exam.conflicts import conflict, conflicts
from innoskole.accounts.models import DomainException
from innoskole.municipalities.models import Change
from tests.assessment.exam.paper.conftest import group
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    IntakeFactory,
    MunicipalityFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def examiner():
    return UserFactory(name="Eva Sensor", email="eva@example.no", is_instructor=True)


def with_address(email: str):
    return UserFactory(name="Eva Sensor", email=email, is_instructor=True)


def partner(paper, code: str, state=PartnerState.CONFIRMED) -> None:
    ApplicantMunicipality.objects.create(
        application=paper.team.application,
        intake=paper.team.application.intake,
        municipality=municipality(code),
        role=MunicipalityRole.PARTNER,
        state=state,
        asked_at=NOW,
    )


def test_a_stranger_to_the_municipality_may_grade(paper, examiner):
    AffiliationFactory(user=examiner, municipality=municipality("4646"))
    AffiliationFactory(user=examiner, municipality=municipality("1804"), rejected=True)
    assert conflict(paper, examiner, TODAY) == ""


@pytest.mark.parametrize("pending", [False, True])
def test_who_acts_for_the_municipality_may_not(paper, examiner, pending):
    AffiliationFactory(user=examiner, municipality=municipality("1804"), pending=pending)
    assert conflict(paper, examiner, TODAY) == "Eva Sensor acts for Bodø, which the team comes from."


@pytest.mark.parametrize("email", ["eva@bodo.kommune.no", "eva@BODO.kommune.no", "eva@skole.bodo.kommune.no"])
def test_an_address_of_the_municipality_is_a_tie(paper, email):
    examiner = with_address(email)
    assert conflict(paper, examiner, TODAY) == (
        "Eva Sensor has an e-mail address of Bodø, which the team comes from."
    )


def test_so_is_another_confirmed_address_but_not_one_that_is_only_claimed(paper, examiner):
    other = EmailAddress.objects.create(user=examiner, email="eva@bodo.kommune.no", verified=False)
    assert conflict(paper, examiner, TODAY) == ""
    other.verified = True
    other.save()
    assert "e-mail address of Bodø" in conflict(paper, examiner, TODAY)


def test_of_two_that_share_a_domain_both_are_meant_unless_it_is_settled_whose_it_is(exam):
    papers = [group(exam, code, people=1) for code in ("1515", "1818", "4646")]
    examiner = with_address("eva@heroy.kommune.no")
    assert [bool(conflict(each, examiner, TODAY)) for each in papers] == [True, True, False]
    DomainException.objects.create(domain="heroy.kommune.no", municipality=municipality("1818"))
    assert [bool(conflict(each, examiner, TODAY)) for each in papers] == [False, True, False]


def test_a_conflict_on_record_is_a_tie_without_its_reason(paper, examiner):
    ConflictOfInterest.objects.create(
        user=examiner, municipality=municipality("1804"), why="Former employer", declared_at=NOW
    )
    assert conflict(paper, examiner, TODAY) == ("Eva Sensor has a conflict of interest with Bodø on record.")


def test_who_has_been_in_the_team_may_not(paper, examiner):
    TeamMemberFactory(application=paper.team.application, user=examiner, email="other@example.no")
    assert conflict(paper, examiner, TODAY) == (
        "Eva Sensor takes part in this team, or has taken part in it."
    )


def test_not_even_under_an_address_without_an_account(paper, examiner):
    TeamMemberFactory(application=paper.team.application, email="Eva@example.no")
    assert "has taken part" in conflict(paper, examiner, TODAY)


def test_who_has_coordinated_or_guaranteed_may_not(exam, examiner):
    coordinated, guaranteed = (group(exam, code, people=1) for code in ("1804", "4646"))
    coordinated.team.application.coordinator = examiner
    coordinated.team.application.save()
    guaranteed.team.application.guarantees.update(approver_email="eva@example.no")
    assert conflict(coordinated, examiner, TODAY) == ("Eva Sensor has coordinated this team’s application.")
    assert conflict(guaranteed, examiner, TODAY) == "Eva Sensor has been asked to guarantee for this team."


def test_another_years_application_of_the_municipality_is_a_tie(paper, examiner):
    earlier = IntakeFactory(slug="earlier", year=2026)
    for lead, says in (
        ("5057", ""),
        ("1804", "Eva Sensor has been in an application of Bodø to the school."),
    ):
        application = ApplicationFactory(intake=earlier, lead=municipality(lead))
        TeamMemberFactory(application=application, user=examiner)
        assert conflict(paper, examiner, TODAY) == says


def test_a_partner_that_has_confirmed_is_meant_as_well(paper, examiner):
    AffiliationFactory(user=examiner, municipality=municipality("5057"))
    partner(paper, "5057", PartnerState.ASKED)
    assert conflict(paper, examiner, TODAY) == ""
    ApplicantMunicipality.objects.filter(municipality__code="5057").update(state=PartnerState.CONFIRMED)
    assert conflict(paper, examiner, TODAY) == "Eva Sensor acts for Ørland, which the team comes from."


def test_a_municipality_that_has_merged_is_carried_on(paper, examiner):
    former = MunicipalityFactory(code="1840", name="Gammelbodø", valid_to_on=date(2020, 1, 1))
    Change.objects.create(
        old=former, new=municipality("1804"), changed_on=date(2020, 1, 1), is_primary=True, kind="merge"
    )
    AffiliationFactory(user=examiner, municipality=former)
    assert conflict(paper, examiner, TODAY) == "Eva Sensor acts for Bodø, which the team comes from."
    assert conflict(paper, examiner, date(2019, 12, 31)) == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_as_many_queries_for_many_as_for_one(exam, django_assert_num_queries, rows):
    papers = [group(exam, code, people=1) for code in ("1804", "4646", "5057")[:rows]]
    users = UserFactory.create_batch(rows, is_instructor=True)
    for user in users:
        AffiliationFactory(user=user, municipality=municipality("1804"))
    loaded = list(Paper.objects.filter(exam=exam).with_names())
    with django_assert_num_queries(8):
        found = conflicts(loaded, users, TODAY)
    assert sorted(found) == sorted((papers[0].pk, user.pk) for user in users)
