"""The demo's people: invented names, invented addresses, and a post box that swallows their letters."""

import unicodedata
from datetime import datetime
from random import Random

from allauth.account.models import EmailAddress
from django.db.models import F

from innoskole.accounts import actions as accounts
from innoskole.accounts.affiliations import folded
from innoskole.accounts.models import DomainException, User
from innoskole.accounts.roles import Role
from innoskole.management.demo_people import (
    ADMINISTRATOR,
    COORDINATOR_WITHOUT_APPLICATION,
    EVERYBODY,
    INSTRUCTOR,
    SECOND_ADMINISTRATOR,
    DemoPerson,
)
from innoskole.municipalities.models import Municipality
from innoskole.notifications.models import Message

DOMAIN = ".kommune.example.no"

FIRST_NAMES = (
    *("Aksel", "Aud", "Berit", "Bjarne", "Dagny", "Egil", "Eldbjørg", "Frida", "Gard", "Gunnhild"),
    *("Hallvard", "Hilde", "Inge", "Ingrid", "Jorunn", "Kjell", "Lars", "Liv", "Mahdi", "Maja", "Marit"),
    *("Nils", "Oddny", "Olav", "Per", "Ragna", "Rune", "Sigrid", "Snorre", "Solveig", "Tarjei", "Tone"),
    *("Torunn", "Ulrik", "Vigdis", "Wenche", "Yngve", "Zahra", "Åse", "Øystein"),
)
# Nobody is called this: every name says that it is invented.
LAST_NAMES = (
    *("Demovik", "Diktestad", "Eksempelsen", "Eksempelhaug", "Fabelhaug", "Fantasidal", "Fiktebakk"),
    *("Forsøksrud", "Lekeland", "Liksomdal", "Liksomsen", "Oppdiktås", "Prøvesen", "Prøvestad"),
    *("Påfunnstad", "Skinnvoll", "Tenktberg", "Tenktstrøm", "Testersen", "Testrud", "Utopisen", "Øvingsmo"),
)


def invent_name(random: Random) -> str:
    return f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"


def domain_of(municipality: Municipality) -> str:
    """«heroy-nordland.kommune.example.no»: no real address, and its own for each of two namesakes."""
    words = municipality.display_name.replace("(", "").replace(")", "").replace(" ", "-")
    return "-".join(min(folded(word), key=len) for word in words.split("-")) + DOMAIN


def address(name: str, domain: str) -> str:
    """«marit.prøvesen» has no address, «marit.provesen» has."""
    plain = name.lower().replace(" ", ".").replace("ø", "o").replace("æ", "ae")
    return f"{unicodedata.normalize('NFKD', plain).encode('ascii', 'ignore').decode()}@{domain}"


def is_extra(email: str) -> bool:
    """Whether the address belongs to the demo's own crowd, and to nobody who is played by a newcomer."""
    domain = email.rpartition("@")[2]
    played = {person.email for person in EVERYBODY}
    return (
        domain.endswith(DOMAIN) and domain != COORDINATOR_WITHOUT_APPLICATION.domain and email not in played
    )


def create_staff(now: datetime) -> None:
    """The people of the school."""
    ada = with_password(ADMINISTRATOR)
    accounts.grant_role(
        ada, Role.COURSE_ADMINISTRATOR, by=None, now=now, reason="Demo: den første administratoren."
    )
    birger, ivar = with_password(SECOND_ADMINISTRATOR), with_password(INSTRUCTOR)
    accounts.grant_role(birger, Role.COURSE_ADMINISTRATOR, by=ada, now=now, reason="Vi må være to.")
    accounts.grant_role(ivar, Role.INSTRUCTOR, by=ada, now=now, reason="Underviser fra høsten av.")


def who_can_log_in() -> list[DemoPerson]:
    """Those who have an account in the demo as it is: the people of a team come with the course."""
    known = set(User.objects.values_list("email", flat=True))
    return [person for person in EVERYBODY if person.email in known]


def administrator() -> User:
    return User.objects.get(email=ADMINISTRATOR.email)


def second_administrator() -> User:
    return User.objects.get(email=SECOND_ADMINISTRATOR.email)


def speaks_for(
    municipality: Municipality, name: str, *, email: str, language: str, is_proven: bool, now: datetime
) -> User:
    """A person who has registered for a municipality, proven by the domain of their address or not."""
    if known := User.objects.filter(email=email).first():
        return known
    played = next((person for person in EVERYBODY if person.email == email), None)
    if played:
        user = with_password(played, language)
    else:
        user = accounts.add_person(email=email, name=name, language=language, by=None, now=now)
        _confirm_address(user)
    domain = email.rpartition("@")[2]
    if is_proven and not DomainException.objects.filter(domain=domain, municipality=municipality).exists():
        accounts.add_domain_exception(domain, municipality, by=administrator(), now=now)
    accounts.register(user, municipality, now)
    return user


def with_password(person: DemoPerson, language: str = "nb") -> User:
    """The account of somebody whom a newcomer plays."""
    user = User.objects.create_user(person.email, person.password, name=person.name, language=language)
    _confirm_address(user)
    return user


def _confirm_address(user: User) -> None:
    """No deed of ours does this: people prove it to allauth with a code from a mail, and here is none."""
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)


def take_letters_in(*, of_everybody: bool) -> None:
    """Count letters as delivered when they are written: those of the past, or of the demo's crowd only.

    No deed does this: nobody reads at these addresses, and no mail server shall be asked about hundreds of
    letters to them.
    In the present, letters to people who are played by a newcomer leave as ever.
    """
    queued = Message.objects.filter(state=Message.State.QUEUED)
    addresses = queued.values_list("pk", "to_email")
    taken = [pk for pk, email in addresses if of_everybody or is_extra(email)]
    queued.filter(pk__in=taken).update(state=Message.State.SENT, sent_at=F("queued_at"))
