"""The intake for the spring of 2015 with the application of Bjugn.

Source: the case that Bjugn put before its executive committee in 2015, «Forankring av innovasjonsoppdrag/
innovasjonscase for studenter ved Den nasjonale innovasjonsskolen for kommunal sektor». Names are invented;
the case names units only. It does not say when the plan is from.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from applications.actions import (
    deadlines,
    drafts,
    fees,
    intakes,
    offers,
    releases,
    review,
    selection,
    submission,
    team,
)
from applications.actions.participation import answer_invitation
from applications.models import (
    Application,
    EducationLevel,
    Intake,
    Part,
    PoliticalOutcome,
    RoleType,
    Season,
    Sector,
)
from applications.models.content import PARTS, content_digest
from applications.models.offer import team_digest
from applications.models.people import basis_told, seen_by
from applications.models.promises import invitation_text
from innoskole.management.demo import people, reviewing, writing
from innoskole.management.demo.calendar import OSLO, Event, Stage
from innoskole.municipalities.models import Municipality
from innoskole.municipalities.regions import Division

SLUG = "spring-2015"
CODE = "1627"
REGISTER_ON = date(2015, 1, 1)
DOMAIN = f"bjugn{people.DOMAIN}"
COORDINATOR = "Gunnhild Eksempelsen"
DIRECTOR = "Hallvard Prøvestad"
INVENTED_ORGANISATION = "999999999"  # its check digit holds, and nobody has it
WITHDREW = f"snorre.liksomsen@{DOMAIN}"

RULES: Mapping[str, Any] = {
    "slug": SLUG,
    "season": Season.SPRING,
    "year": 2015,
    "opens_at": datetime(2014, 10, 6, 9, 0, tzinfo=OSLO),
    "closes_at": datetime(2014, 12, 1, 15, 0, tzinfo=OSLO),
    "objections_close_at": datetime(2014, 12, 12, 15, 0, tzinfo=OSLO),
    "response_days": 14,
    "capacity": 20,
    "team_min": 2,
    "team_max": 5,  # Bjugn had two in 2014, and offered five people a place in 2015
    "sectors_min": 2,
    "division": Division.SSB,
    "small_below": 5_000,
    "large_from": 20_000,
    "population_on": REGISTER_ON,
    "register_on": REGISTER_ON,
    "individual_needs_two": True,
    "about_nb": "Studiet starter i januar 2015 og går over to semestre.",
    "about_nn": "Studiet startar i januar 2015 og går over to semester.",
    "about_en": "The course starts in January 2015 and lasts two semesters.",
}

PROBLEM = {
    "problem_title": "Forebygge «drop out» i videregående skole",
    "problem_statement": (
        "Hva og eventuelt hvordan kan Bjugn kommune arbeide for å forebygge «drop out» i videregående skole."
    ),
    "problem_reason": (
        "Å hindre sosial ulikhet i samfunnet gjennom å styrke elevers evne og mulighet til å fullføre"
        " videregående skole er en av kommuneplanens fire strategier for folkehelsen, og kan være vårt"
        " viktigste grep for bjugningens framtidige folkehelse."
    ),
}
ANCHORING = {
    "plan_title": "Kommuneplanens samfunnsdel «Til Ungdommen»",
    "plan_year": 2014,
    "plan_page": "45",
    "plan_quote": (
        "hindre sosiale ulikheter i samfunnet gjennom å styrke elevers evne og mulighet til å fullføre"
        " videregående skole"
    ),
    "political_body": "Formannskapet",
    "political_case_number": "",
    "political_decided_on": None,
    "political_outcome": PoliticalOutcome.PLANNED,
}
COMPOSITION = {
    "problem_sectors": [Sector.UPBRINGING.value],
    "mitigation": (
        "Teamet mangler representant fra oppvekst og skole, og det kan være en barriere. En del av"
        " innovasjonsprosessen vil involvere vårt oppvekstområde generelt og Botngård skole spesielt. Saken"
        " legges frem for formannskapet for tydelig forankring. Hvordan barrieren praktisk skal"
        " overvinnes, er en utfordring for studentene."
    ),
}


def _member(name: str, position: str, unit: str, sector: Sector, role: RoleType) -> dict[str, Any]:
    return {
        "name": name,
        "email": people.address(name, DOMAIN),
        "position": position,
        "unit": unit,
        "sector": sector.value,
        "role_type": role.value,
        "education": EducationLevel.THREE_YEARS.value,
        "education_details": "",
        "experience_years": 5,
        "experience_details": "",
    }


OFFERED = (
    _member("Oddny Testrud", "Sykepleier", "PRO (Stranda)", Sector.HEALTH_CARE, RoleType.KEY_FUNCTION),
    _member("Egil Fabelhaug", "Rådgiver", "Personalavdelingen", Sector.ADMINISTRATION, RoleType.KEY_FUNCTION),
    _member(
        "Dagny Diktestad",
        "Bibliotekar",
        "Kulturavdelingen (biblioteket)",
        Sector.CULTURE,
        RoleType.KEY_FUNCTION,
    ),
    _member("Rune Tenktberg", "Varaordfører", "Politisk ledelse", Sector.POLITICAL, RoleType.ELECTED),
    _member("Snorre Liksomsen", "Ingeniør", "Teknisk avdeling", Sector.TECHNICAL, RoleType.KEY_FUNCTION),
)


def events() -> Iterator[Event]:
    """From the opening of the intake to the enrolment of its one team: for one, no draw takes place."""
    steps = (
        (datetime(2014, 9, 1, 9, 0, tzinfo=OSLO), people.create_staff),
        (datetime(2014, 9, 15, 9, 0, tzinfo=OSLO), create_intake),
        (datetime(2014, 10, 6, 8, 0, tzinfo=OSLO), open_intake),
        (datetime(2014, 11, 10, 10, 0, tzinfo=OSLO), start),
        (datetime(2014, 11, 17, 12, 30, tzinfo=OSLO), write),
        (datetime(2014, 11, 19, 14, 0, tzinfo=OSLO), guarantee),
        (datetime(2014, 11, 20, 9, 15, tzinfo=OSLO), send_in),
        (datetime(2014, 11, 28, 13, 40, tzinfo=OSLO), lose_one),
        (datetime(2014, 12, 1, 9, 5, tzinfo=OSLO), guarantee),
        (datetime(2014, 12, 1, 9, 30, tzinfo=OSLO), send_in),
        (datetime(2014, 12, 1, 15, 1, tzinfo=OSLO), deadlines.sweep),
        (datetime(2014, 12, 4, 10, 0, tzinfo=OSLO), settle),
        (datetime(2014, 12, 15, 10, 0, tzinfo=OSLO), decide),
        (datetime(2014, 12, 16, 12, 0, tzinfo=OSLO), tell),
        (datetime(2014, 12, 17, 9, 30, tzinfo=OSLO), accept),
        (datetime(2014, 12, 18, 20, 0, tzinfo=OSLO), confirm),
        (datetime(2014, 12, 19, 10, 0, tzinfo=OSLO), bill),
        (datetime(2015, 1, 5, 9, 0, tzinfo=OSLO), close),
    )
    for at, deed in steps:
        yield Event(at, Stage.DRAFT, deed)


def application() -> Application:
    found = Application.objects.select_related("intake", "lead", "coordinator").prefetch_related(*PARTS)
    return found.get(intake__slug=SLUG)


def create_intake(now: datetime) -> None:
    intakes.create_intake(RULES, copied_from=None, by=people.administrator(), now=now)


def open_intake(now: datetime) -> None:
    intakes.open_intake(Intake.objects.get(slug=SLUG), by=people.administrator(), now=now)


def start(now: datetime) -> None:
    bjugn = Municipality.objects.get_valid(CODE, REGISTER_ON)
    email = people.address(COORDINATOR, DOMAIN)
    coordinator = people.speaks_for(bjugn, COORDINATOR, email=email, language="nb", is_proven=True, now=now)
    drafts.start_application(Intake.objects.get(slug=SLUG), bjugn, by=coordinator, now=now)


def write(now: datetime) -> None:
    draft = application()
    writing.save(draft, Part.PROBLEM, PROBLEM, now)
    writing.save(draft, Part.ANCHORING, ANCHORING, now)
    writing.save(draft, Part.COMPOSITION, COMPOSITION, now)
    for values in OFFERED:
        team.add_member(draft, values, by=draft.coordinator, now=now)
    writing.ask_guarantee(draft, DIRECTOR, now)


def guarantee(now: datetime) -> None:
    writing.give_guarantee(application(), "nb", now)


def send_in(now: datetime) -> None:
    draft = application()
    submission.submit(draft, seen=content_digest(draft), by=draft.coordinator, now=now)


def lose_one(now: datetime) -> None:
    """«En trakk seg i siste liten.» The guarantee is asked for again, for the four that are left."""
    draft = submission.reopen(application(), by=application().coordinator, now=now)
    team.remove_member(draft.members.get(email=WITHDREW), by=draft.coordinator, now=now)
    writing.ask_guarantee(draft, DIRECTOR, now)


def settle(now: datetime) -> None:
    """Everything that the school does with one application before the selection."""
    ada = people.administrator()
    found = application()
    review.take_into_review(found, by=ada, now=now)
    review.pass_formal_check(found, by=ada, now=now)
    for member in found.members.all():
        reviewing.decide(member, by=ada, now=now)
    review.make_ready(application(), by=ada, now=now)


def decide(now: datetime) -> None:
    selection.decide_without_draw(Intake.objects.get(slug=SLUG), by=people.administrator(), now=now)


def tell(now: datetime) -> None:
    """Prepared by one, approved by another, and told at once."""
    prepared = releases.prepare_release(
        Intake.objects.get(slug=SLUG), leaves_at=now, by=people.administrator(), now=now
    )
    releases.approve_release(prepared, by=people.second_administrator(), now=now)
    releases.release_due(now)


def accept(now: datetime) -> None:
    found = application()
    offers.accept(found.offer, team_seen=team_digest(found), by=found.coordinator, now=now)


def confirm(now: datetime) -> None:
    """Everybody says yes to the invitation, and with the last of them the team is enrolled."""
    for member in application().members.all():
        text = invitation_text(member, basis_told(member))
        seen = seen_by(member, text)
        answer_invitation(
            member, accepted=True, name=member.name, text=text, seen=seen, language="nb", now=now
        )


def bill(now: datetime) -> None:
    """The course fee, which is invented, is stated by the coordinator and taken over for the accounts."""
    ada, found = people.administrator(), application()
    fees.add_rate(
        amount=30_000, valid_from_on=date(2014, 1, 1), source="Oppdiktet sats for demoen", by=ada, now=now
    )
    fees.state_invoice(
        found,
        organisation_number=INVENTED_ORGANISATION,
        buyer_reference="Rådmannens stab",
        by=found.coordinator,
        now=now,
    )
    fees.mark_exported(found.intake, [found.reference], seen_at=now, by=ada, now=now)


def close(now: datetime) -> None:
    """The course begins: the places that nobody has applied for stay free."""
    offers.close_waiting_list(
        Intake.objects.get(slug=SLUG), reason="Kurset har begynt.", by=people.administrator(), now=now
    )
