"""Who applies, and what each of them will write: all of it from the seed and the register alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from applications.models import EducationLevel, PoliticalOutcome, RoleType, Sector
from innoskole.management.demo import people
from innoskole.management.demo_people import COORDINATOR_WITHOUT_APPLICATION, COORDINATORS_WITH_APPLICATION
from innoskole.municipalities.models import LanguageForm, Municipality
from innoskole.municipalities.sizes import size_class

POPULATION_ON = date(2026, 1, 1)
REGISTER_ON = date(2027, 1, 1)
PARTNERS_IN = 11  # every eleventh application has a partner
OUTSIDE_DOMAIN = f"felles-ikt{people.DOMAIN}"  # proves nothing: an administrator must approve the person


class Fate(Enum):
    """What becomes of an application that nobody plays."""

    PLAIN = auto()
    LATE = auto()
    NEVER_SENT = auto()
    AWAITS_GUARANTEE = auto()
    REOPENED = auto()
    WITHDRAWN = auto()
    INFORMATION_ANSWERED = auto()
    INFORMATION_UNANSWERED = auto()
    REJECTED = auto()
    APPROVED_PERSON = auto()


# Of a hundred applications; the rest are plain.
FATES: Mapping[Fate, int] = {
    Fate.LATE: 6,
    Fate.NEVER_SENT: 4,
    Fate.AWAITS_GUARANTEE: 3,
    Fate.REOPENED: 3,
    Fate.WITHDRAWN: 2,
    Fate.INFORMATION_ANSWERED: 8,
    Fate.INFORMATION_UNANSWERED: 2,
    Fate.REJECTED: 2,
    Fate.APPROVED_PERSON: 5,
}


@dataclass(frozen=True)
class Problem:
    title: str
    statement: str
    reason: str
    quote: str
    sectors: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """One municipality's application before it is written. `days`: from the opening, in rising order."""

    municipality: Municipality
    language: str
    fate: Fate
    name: str
    email: str
    phone: str
    problem: Problem
    plan_title: str
    plan_year: int
    plan_page: str
    political_outcome: str
    case_number: str
    members: tuple[Mapping[str, Any], ...]
    mitigation: str
    with_document: bool
    director: str
    days: tuple[int, ...]
    partner: Municipality | None = None


@cache
def problems(language: str) -> tuple[Problem, ...]:
    content = yaml.safe_load(Path(__file__).with_name("problems.yaml").read_text(encoding="utf-8"))
    return tuple(Problem(**{**entry, "sectors": tuple(entry["sectors"])}) for entry in content[language])


def register() -> list[Municipality]:
    """The municipalities of the demo's intake with their `population`, by code."""
    lives = Municipality.objects.valid_on(REGISTER_ON).with_population(POPULATION_ON)
    return list(lives.select_related("county").order_by("code"))


def make(seed: int, count: int) -> list[Plan]:
    """`count` applications over all regions and size classes, by code; the same for the same seed."""
    random = Random(seed)
    everybody = register()
    chosen = _choose(everybody, count, random)
    free = _by_county(set(everybody) - set(chosen))
    plans = []
    for number, municipality in enumerate(chosen):
        neighbours = free[municipality.county_id]
        partner = None
        if number % PARTNERS_IN == PARTNERS_IN // 2 and neighbours:
            partner = neighbours.pop(random.randrange(len(neighbours)))
        plans.append(plan(seed, municipality, partner))
    return plans


def _choose(everybody: list[Municipality], count: int, random: Random) -> list[Municipality]:
    """Those who have an account of their own, one of each region and size class, then by lot."""
    played = {person.municipality for person in COORDINATORS_WITH_APPLICATION}
    eligible = [one for one in everybody if one.code != COORDINATOR_WITHOUT_APPLICATION.municipality]
    first = [one for one in eligible if one.code in played]
    others = [one for one in eligible if one.code not in played]
    random.shuffle(others)
    cells = {(one.landsdel, size_class(_inhabitants(one))) for one in first}
    seen: list[Municipality] = []
    later: list[Municipality] = []
    for one in others:
        cell = one.landsdel, size_class(_inhabitants(one))
        (later if cell in cells else seen).append(one)
        cells.add(cell)
    return sorted([*first, *seen, *later][:count], key=lambda one: one.code)


def _inhabitants(municipality: Municipality) -> int:
    return int(getattr(municipality, "population"))  # noqa: B009 - annotated by with_population


def _by_county(municipalities: Iterable[Municipality]) -> dict[int, list[Municipality]]:
    found = defaultdict(list)
    for municipality in sorted(municipalities, key=lambda one: one.code):
        if municipality.code != COORDINATOR_WITHOUT_APPLICATION.municipality:
            found[municipality.county_id].append(municipality)
    return found


def plan(seed: int, municipality: Municipality, partner: Municipality | None = None) -> Plan:
    """What a municipality will write: depends on the seed and its code only."""
    random = Random(f"{seed}/{municipality.code}")
    neutral = municipality.language_form not in (LanguageForm.BOKMAL, LanguageForm.NYNORSK)
    language = random.choice(("nb", "nb", "nn")) if neutral else municipality.letter_language
    played = next(
        (one for one in COORDINATORS_WITH_APPLICATION if one.municipality == municipality.code), None
    )
    fate = Fate.PLAIN if played else _fate(random)
    name = played.name if played else people.invent_name(random)
    domain = OUTSIDE_DOMAIN if fate == Fate.APPROVED_PERSON else people.domain_of(municipality)
    problem = random.choice(problems(language))
    sectors = _sectors(problem, random)
    start = random.randint(1, 20) if fate != Fate.LATE else random.randint(26, 33)
    return Plan(
        municipality=municipality,
        language=language,
        fate=fate,
        name=name,
        email=played.email if played else people.address(name, domain),
        phone=f"{random.randint(10, 79)} 00 {random.randint(0, 99):02} {random.randint(0, 99):02}",
        problem=problem,
        plan_title=random.choice(PLAN_TITLES[language]).format(municipality=municipality.name),
        plan_year=random.randint(2019, 2026),
        plan_page=str(random.randint(6, 64)),
        political_outcome=random.choice(
            (
                PoliticalOutcome.SUPPORTED,
                PoliticalOutcome.SUPPORTED,
                PoliticalOutcome.NOTED,
                PoliticalOutcome.PLANNED,
            )
        ),
        case_number=f"{random.randint(3, 98)}/{random.choice((26, 27))}",
        members=_team(sectors, language, domain, random),
        mitigation="" if set(problem.sectors) <= set(sectors) else random.choice(MITIGATIONS[language]),
        with_document=random.random() < 0.15,
        director=people.invent_name(random),
        days=(start, *(start := start + random.randint(0, 3) for _step in range(4))),
        partner=partner,
    )


def _fate(random: Random) -> Fate:
    lot = random.randrange(100)
    for fate, share in FATES.items():
        if lot < share:
            return fate
        lot -= share
    return Fate.PLAIN


def _sectors(problem: Problem, random: Random) -> list[str]:
    """Where the team comes from: mostly the sectors that the problem touches, at times one too few."""
    size = random.choice((3, 3, 4, 4, 4))
    touched = list(problem.sectors)
    if random.random() < 0.3:
        touched.pop()
    others = [sector for sector in UNITS if sector not in problem.sectors]
    random.shuffle(others)
    return [*touched, *others][:size]


def _team(sectors: list[str], language: str, domain: str, random: Random) -> tuple[Mapping[str, Any], ...]:
    members: dict[str, Mapping[str, Any]] = {}
    for sector in sectors:
        unit, position = random.choice(UNITS[sector])
        name = people.invent_name(random)
        email = people.address(name, domain)
        while email in members:
            name = people.invent_name(random)
            email = people.address(name, domain)
        education = random.choices(EducationLevel.values, (80, 13, 7))[0]
        years = random.randint(0 if education == EducationLevel.ONE_OR_TWO else 2, 28)
        members[email] = {
            "name": name,
            "email": email,
            "position": position,
            "unit": unit,
            "sector": sector,
            "role_type": RoleType.ELECTED if sector == Sector.POLITICAL else _role(position),
            "education": education,
            "education_details": random.choice(EDUCATION[education]),
            "experience_years": years,
            "experience_details": EXPERIENCE[language] % {"years": years, "unit": unit} if years else "",
        }
    return tuple(members.values())


def _role(position: str) -> str:
    return RoleType.MANAGER if "leder" in position.lower() or "sjef" in position else RoleType.KEY_FUNCTION


# Names of units and positions are the same in both written languages.
UNITS: Mapping[str, tuple[tuple[str, str], ...]] = {
    Sector.HEALTH_CARE: (
        ("Hjemmetjenesten", "Enhetsleder"),
        ("Sykehjemmet", "Fagutviklingssykepleier"),
        ("Helsestasjonen", "Helsesykepleier"),
    ),
    Sector.UPBRINGING: (
        ("Oppvekstkontoret", "Rådgiver"),
        ("Ungdomsskolen", "Avdelingsleder"),
        ("Barnehagen", "Pedagogisk leder"),
    ),
    Sector.SOCIAL: (("NAV", "Veileder"), ("Flyktningtjenesten", "Programrådgiver")),
    Sector.CULTURE: (
        ("Biblioteket", "Biblioteksjef"),
        ("Kulturkontoret", "Kulturkonsulent"),
        ("Frivilligsentralen", "Daglig leder"),
    ),
    Sector.TECHNICAL: (("Teknisk drift", "Driftsleder"), ("Eiendom", "Ingeniør")),
    Sector.PLANNING: (("Plan og miljø", "Planlegger"), ("Næring", "Næringssjef")),
    Sector.ADMINISTRATION: (
        ("Personal", "HR-rådgiver"),
        ("Økonomi", "Controller"),
        ("Digitalisering", "Rådgiver"),
    ),
    Sector.POLITICAL: (("Politisk ledelse", "Varaordfører"), ("Formannskapet", "Formannskapsmedlem")),
}
EDUCATION: Mapping[str, tuple[str, ...]] = {
    EducationLevel.THREE_YEARS: (
        "Bachelor i sykepleie, 2009",
        "Bachelor i sosialt arbeid, 2013",
        "Master i samfunnsplanlegging, 2016",
        "Grunnskolelærer, 2005",
        "Bachelor i bibliotekvitenskap, 2011",
        "Bachelor i økonomi og administrasjon, 2014",
        "Ingeniør, bygg, 2008",
    ),
    EducationLevel.ONE_OR_TWO: (
        "Årsstudium i ledelse, 60 studiepoeng",
        "Fagskole og 30 studiepoeng i prosjektledelse",
    ),
    EducationLevel.LESS: ("Fagbrev som helsefagarbeider", "Fagbrev i byggdrift"),
}
EXPERIENCE = {
    "nb": "%(years)s år i kommunen, de siste ved enheten %(unit)s.",
    "nn": "%(years)s år i kommunen, dei siste ved eininga %(unit)s.",
}
PLAN_TITLES = {
    "nb": (
        "Kommuneplanens samfunnsdel «{municipality} 2036»",
        "Kommuneplanens samfunnsdel «Sammen for {municipality}»",
        "Kommuneplanens samfunnsdel, kapittelet om bærekraftige lokalsamfunn",
    ),
    "nn": (
        "Samfunnsdelen i kommuneplanen «{municipality} mot 2036»",
        "Samfunnsdelen i kommuneplanen «Saman om {municipality}»",
        "Samfunnsdelen i kommuneplanen, kapittelet om levande bygder",
    ),
}
MITIGATIONS = {
    "nb": (
        "Lederen for sektoren sitter i prosjektets styringsgruppe, og teamet møter de ansatte hver måned.",
        "To ansatte fra sektoren følger teamet som ressurspersoner og deltar i alle arbeidsmøter hjemme.",
    ),
    "nn": (
        "Leiaren for sektoren sit i styringsgruppa for prosjektet, og teamet møter dei tilsette kvar månad.",
        "To tilsette frå sektoren følgjer teamet som ressurspersonar og er med på alle arbeidsmøte heime.",
    ),
}
