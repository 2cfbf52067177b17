"""Rows for tests: people, a small hand-made register, intakes and applications.

Nothing here goes through the product's actions: a test of an action must not stand on that action.
Names and addresses are invented; the municipalities are real, with figures from the register.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import factory
from allauth.account.models import EmailAddress

from applications import models as a
from applications.states import (
    Basis,
    DecisionState,
    GuaranteeState,
    IntakeState,
    PartnerState,
    ReleaseState,
    State,
)
from innoskole.accounts.models import Affiliation, User
from innoskole.municipalities import names
from innoskole.municipalities.models import County, Municipality, MunicipalityName, Population

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2027, 5, 3, 10, 0, tzinfo=OSLO)  # four weeks before the deadline of IntakeFactory
REGISTER_BEGINS = date(2011, 1, 1)


# --- The register -----------------------------------------------------------------------------------

COUNTIES = {  # code: (name, landsdel, SSB region)
    "03": ("Oslo", "OL", "1"),
    "15": ("Møre og Romsdal", "VL", "4"),
    "18": ("Nordland", "NN", "6"),
    "31": ("Østfold", "OL", "1"),
    "34": ("Innlandet", "OL", "2"),
    "42": ("Agder", "SL", "3"),
    "46": ("Vestland", "VL", "4"),
    "50": ("Trøndelag", "TR", "5"),
    "56": ("Finnmark", "NN", "6"),
}


@dataclass(frozen=True)
class Row:
    name: str
    inhabitants: int  # 1 January 2026
    language_form: str
    display_name: str = ""
    sami: str = ""
    kven: str = ""


ROWS = {
    "0301": Row("Oslo", 728_714, "neutral", sami="Oslove"),
    "1515": Row("Herøy", 9_003, "nn", display_name="Herøy (Møre og Romsdal)"),
    "1804": Row("Bodø", 53_638, "neutral", sami="Bådåddjo"),
    "1818": Row("Herøy", 1_874, "nb", display_name="Herøy (Nordland)"),
    "3114": Row("Våler", 6_229, "nb", display_name="Våler (Østfold)"),
    "3419": Row("Våler", 3_614, "nb", display_name="Våler (Innlandet)"),
    "3405": Row("Lillehammer", 28_732, "nb"),
    "4204": Row("Kristiansand", 118_221, "nb"),
    "4212": Row("Vegårshei", 2_153, "nb"),
    "4601": Row("Bergen", 294_860, "neutral"),
    "4646": Row("Fjaler", 2_948, "nn"),
    "5001": Row("Trondheim", 217_000, "neutral", sami="Tråante"),
    "5057": Row("Ørland", 10_706, "nb"),
    "5058": Row("Åfjord", 4_340, "neutral"),
    "5607": Row("Vadsø", 5_808, "nb", sami="Čáhcesuolu", kven="Vesisaari"),
    "5610": Row("Karasjok", 2_568, "neutral", sami="Kárášjohka", kven="Kaarasjoki"),
}


class CountyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = County
        django_get_or_create = ("code",)

    code = "18"
    name = factory.LazyAttribute(lambda o: COUNTIES[o.code][0])
    official_name = factory.LazyAttribute(lambda o: o.name)
    landsdel = factory.LazyAttribute(lambda o: COUNTIES[o.code][1])
    ssb_region = factory.LazyAttribute(lambda o: COUNTIES[o.code][2])
    sort_key = factory.LazyAttribute(lambda o: names.sort_key(o.name))
    valid_from_on = REGISTER_BEGINS


class MunicipalityFactory(factory.django.DjangoModelFactory):
    """A municipality, valid since the register began; `inhabitants` as of 1 January 2026.

    Without a code: an invented one in Nordland («Prøvevik 1»), as many as a test needs.
    """

    class Meta:
        model = Municipality
        django_get_or_create = ("code", "valid_from_on")
        skip_postgeneration_save = True

    class Params:
        inhabitants = 6_000

    code = factory.Sequence(lambda n: f"{9_000 + n % 1_000}")
    name = factory.LazyAttribute(lambda o: f"Prøvevik {int(o.code) - 8_999}")
    display_name = factory.LazyAttribute(lambda o: o.name)
    official_name = factory.LazyAttribute(lambda o: " - ".join(n for n in (o.name, o.name_sami) if n))
    county = factory.SubFactory(CountyFactory, code="18")
    landsdel = factory.LazyAttribute(lambda o: o.county.landsdel)
    language_form = "nb"
    valid_from_on = REGISTER_BEGINS
    search_text = factory.LazyAttribute(
        lambda o: names.search_text([o.name, o.name_sami, o.name_kven, o.display_name, o.code])
    )
    name_sami = ""
    name_kven = ""
    sort_key = factory.LazyAttribute(lambda o: names.sort_key(o.name))

    @classmethod
    def _create(cls, model_class: type[Municipality], *args: Any, **kwargs: Any) -> Municipality:
        inhabitants = kwargs.pop("inhabitants", 6_000)
        municipality: Municipality = super()._create(model_class, *args, **kwargs)
        Population.objects.get_or_create(
            municipality=municipality, dated_on=date(2026, 1, 1), defaults={"inhabitants": inhabitants}
        )
        MunicipalityName.objects.get_or_create(
            municipality=municipality,
            valid_from_on=municipality.valid_from_on,
            defaults={
                "official_name": municipality.official_name,
                "name": municipality.name,
                "name_sami": municipality.name_sami,
                "name_kven": municipality.name_kven,
            },
        )
        return municipality


def municipality(code: str = "1804") -> Municipality:
    """The municipality of the hand-made register with this code, created when it is first asked for."""
    known: Municipality | None = Municipality.objects.filter(code=code, valid_from_on=REGISTER_BEGINS).first()
    if known:
        return known
    row = ROWS[code]
    found: Municipality = MunicipalityFactory(
        code=code,
        name=row.name,
        name_sami=row.sami,
        name_kven=row.kven,
        display_name=row.display_name or row.name,
        language_form=row.language_form,
        county__code=code[:2],
    )
    Population.objects.filter(municipality=found, dated_on=date(2026, 1, 1)).update(
        inhabitants=row.inhabitants
    )
    return found


# --- People -----------------------------------------------------------------------------------------


class UserFactory(factory.django.DjangoModelFactory):
    """A person with a confirmed address, who logs in with one-time codes."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person Prøve {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.no")
    language = "en"
    password = "!"

    @factory.post_generation
    def confirmed(user: User, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        EmailAddress.objects.create(
            user=user, email=user.email, primary=True, verified=extracted is not False
        )


class AffiliationFactory(factory.django.DjangoModelFactory):
    """A proven affiliation; `pending=True` for one that waits for an administrator."""

    class Meta:
        model = Affiliation

    class Params:
        pending = factory.Trait(state=Affiliation.State.PENDING, proof="", decided_at=None)
        rejected = factory.Trait(state=Affiliation.State.REJECTED, proof="", decided_at=NOW)

    user = factory.SubFactory(UserFactory)
    municipality = factory.LazyFunction(municipality)
    state = Affiliation.State.PROVEN
    proof = Affiliation.Proof.DOMAIN
    requested_at = NOW
    decided_at = NOW


def person_for(code: str, name: str, email: str, **fields: Any) -> User:
    """A person who is proven to act for the municipality with this code."""
    user: User = UserFactory(name=name, email=email, **fields)
    AffiliationFactory(user=user, municipality=municipality(code))
    return user


# --- Intakes and applications -----------------------------------------------------------------------


class IntakeFactory(factory.django.DjangoModelFactory):
    """The open intake for the autumn of 2027, deadline Tuesday 1 June 2027 at 15:00."""

    class Meta:
        model = a.Intake

    slug = "autumn-2027"
    season = a.Season.AUTUMN
    year = 2027
    state = IntakeState.OPEN
    opens_at = datetime(2027, 3, 1, 9, 0, tzinfo=OSLO)
    closes_at = datetime(2027, 6, 1, 15, 0, tzinfo=OSLO)
    objections_close_at = datetime(2027, 6, 15, 15, 0, tzinfo=OSLO)
    capacity = 20
    population_on = date(2026, 1, 1)
    register_on = date(2027, 1, 1)
    created_at = datetime(2027, 2, 1, 9, 0, tzinfo=OSLO)


class ApplicationFactory(factory.django.DjangoModelFactory):
    """An empty draft with its lead municipality; `complete=True` fills every part, guarantee given.

    A complete one has three people from three sectors.
    """

    class Meta:
        model = a.Application

    class Params:
        complete = factory.Trait(
            contact_phone="75 00 00 00",
            problem_title="Fewer drop-outs from upper secondary school",
            problem_statement="What can the municipality do to prevent drop-out from upper secondary school?",
            problem_reason="One in four of our young people has left school without a certificate.",
            plan_title="The municipal plan's social part «For the young»",
            plan_year=2026,
            plan_page="45",
            plan_quote="Prevent social inequality by helping pupils to finish upper secondary school.",
            political_body="The executive committee",
            political_case_number="12/27",
            political_decided_on=date(2027, 4, 20),
            political_outcome=a.PoliticalOutcome.SUPPORTED,
            problem_sectors=["health_care", "culture"],
            team=3,
            guarantee=True,
        )

    intake = factory.SubFactory(IntakeFactory)
    reference = factory.Sequence(lambda n: f"IS-2027H-{5_000 + n}")
    lead = factory.LazyFunction(municipality)
    coordinator = factory.SubFactory(UserFactory)
    created_at = NOW
    changed_at = NOW

    team = 0
    guarantee = False

    @classmethod
    def _create(cls, model_class: type[a.Application], *args: Any, **kwargs: Any) -> a.Application:
        team, guarantee = kwargs.pop("team"), kwargs.pop("guarantee")
        application: a.Application = super()._create(model_class, *args, **kwargs)
        a.ApplicantMunicipality.objects.create(
            application=application,
            intake=application.intake,
            municipality=application.lead,
            role=a.MunicipalityRole.LEAD,
            state=PartnerState.CONFIRMED,
            spends=application.state not in (State.WITHDRAWN, State.NOT_SUBMITTED),
            asked_at=application.created_at,
            answered_at=application.created_at,
        )
        for number in range(team):
            TeamMemberFactory(
                application=application,
                name=f"Deltaker Prøve {number + 1}",
                email=f"deltaker{number + 1}.{application.pk}@example.no",
                sector=("health_care", "culture", "administration", "political")[number % 4],
            )
        if guarantee:
            GuaranteeFactory(application=application, asked_by=application.coordinator)
        return application


class TeamMemberFactory(factory.django.DjangoModelFactory):
    """A person with a bachelor's degree."""

    class Meta:
        model = a.TeamMember

    application = factory.SubFactory(ApplicationFactory)
    name = factory.Sequence(lambda n: f"Deltaker Prøve {n}")
    email = factory.Sequence(lambda n: f"deltaker{n}@example.no")
    position = "Adviser"
    unit = "Development unit"
    sector = a.Sector.HEALTH_CARE
    role_type = a.RoleType.KEY_FUNCTION
    education = a.EducationLevel.THREE_YEARS
    education_details = "Bachelor of nursing, 2012"
    experience_years = 6
    experience_details = "Six years in home care."
    added_at = NOW


class GuaranteeFactory(factory.django.DjangoModelFactory):
    """A guarantee that has been given; `asked=True` for one that waits for the approver."""

    class Meta:
        model = a.Guarantee

    class Params:
        asked = factory.Trait(state=GuaranteeState.ASKED, answered_at=None, answered_name="", text="")

    application = factory.SubFactory(ApplicationFactory)
    state = GuaranteeState.GIVEN
    approver_name = "Direktør Prøve"
    approver_title = "Municipal director"
    approver_email = "direktor@example.no"
    asked_by = factory.SubFactory(UserFactory)
    asked_at = NOW
    answered_at = NOW
    answered_name = "Direktør Prøve"
    text = "The municipality guarantees that the team takes part."


class PartnerFactory(factory.django.DjangoModelFactory):
    """A partner municipality that has been asked; `confirmed=True` for one that has said yes."""

    class Meta:
        model = a.ApplicantMunicipality

    class Params:
        confirmed = factory.Trait(
            state=PartnerState.CONFIRMED, spends=True, answered_at=NOW, answered_name="Partner Prøve"
        )

    application = factory.SubFactory(ApplicationFactory)
    intake = factory.SelfAttribute("application.intake")
    municipality = factory.LazyFunction(lambda: municipality("5057"))
    role = a.MunicipalityRole.PARTNER
    state = PartnerState.ASKED
    asked_email = "partner@orland.kommune.no"
    asked_at = NOW


# --- Decisions and letters ----------------------------------------------------------------------------


class AssessmentFactory(factory.django.DjangoModelFactory):
    """A decided assessment: qualified, as the rule proposes. The member's basis follows its outcome."""

    class Meta:
        model = a.Assessment
        skip_postgeneration_save = True

    member = factory.SubFactory(TeamMemberFactory)
    version = 1
    proposal = Basis.QUALIFIED
    outcome = Basis.QUALIFIED
    reason = "A bachelor's degree in nursing fulfils the requirement."
    decided_by = factory.SubFactory(UserFactory)
    decided_at = NOW

    @factory.post_generation
    def basis(assessment: a.Assessment, create: bool, extracted: str | None, **kwargs: Any) -> None:
        assessment.member.basis = extracted or assessment.outcome
        assessment.member.save(update_fields=["basis"])


class ReleaseFactory(factory.django.DjangoModelFactory):
    """Prepared, not yet approved."""

    class Meta:
        model = a.Release

    class Params:
        approved = factory.Trait(
            state=ReleaseState.APPROVED, approved_by=factory.SubFactory(UserFactory), approved_at=NOW
        )

    intake = factory.SubFactory(IntakeFactory)
    leaves_at = NOW
    prepared_by = factory.SubFactory(UserFactory)
    prepared_at = NOW


class DecisionFactory(factory.django.DjangoModelFactory):
    """A prepared decision on an application; `of=member, kind=…` for one on a person.

    `approved=True` or `issued=True` for one that has gone further; `by_rule=True` for one without people.
    """

    class Meta:
        model = a.Decision

    class Params:
        of = None
        approved = factory.Trait(
            state=DecisionState.APPROVED, approved_by=factory.SubFactory(UserFactory), approved_at=NOW
        )
        issued = factory.Trait(
            approved=True,
            state=DecisionState.ISSUED,
            issued_at=factory.SelfAttribute("leaves_at"),
            appeal_until_on=factory.LazyAttribute(lambda o: o.leaves_at.date() + timedelta(weeks=3)),
        )
        by_rule = factory.Trait(prepared_by=None)

    application = factory.Maybe(
        "of",
        yes_declaration=factory.SelfAttribute("of.application"),
        no_declaration=factory.SubFactory(ApplicationFactory),
    )
    member = factory.SelfAttribute("of")
    kind = a.DecisionKind.PLACE
    version = 1
    leaves_at = NOW
    prepared_by = factory.SubFactory(UserFactory)
    prepared_at = NOW


class LetterFactory(factory.django.DjangoModelFactory):
    """A letter whose file is only a few bytes, with the digest of them."""

    class Meta:
        model = a.Letter

    decision = factory.SubFactory(DecisionFactory)
    language = "nb"
    to_name = factory.LazyAttribute(lambda o: o.decision.application.coordinator.name)
    to_email = factory.LazyAttribute(lambda o: o.decision.application.coordinator.email)
    content = b"%PDF-1.7 a letter"
    digest = factory.LazyAttribute(lambda o: hashlib.sha256(o.content).hexdigest())
    written_at = NOW
