"""Who can log in to a demo: invented people at addresses that lead nowhere.

`create_demo` creates exactly these, and `demo` prints them. The municipalities' domains are admitted through
the table of exceptions, because nobody's real address is used.
"""

from dataclasses import dataclass

PASSWORD = "prove-passord-2027"  # printed on every start; a demo has no secrets


@dataclass(frozen=True)
class DemoPerson:
    email: str
    name: str
    role: str
    what_to_try: str
    municipality: str = ""  # code of the one that a coordinator speaks for
    password: str = PASSWORD

    @property
    def domain(self) -> str:
        return self.email.partition("@")[2]


ADMINISTRATOR = DemoPerson(
    "ada@innoskole.example.no",
    "Ada Prøvesen",
    "course administrator",
    "check applications, make them ready, lock the list and draw",
)
SECOND_ADMINISTRATOR = DemoPerson(
    "birger@innoskole.example.no",
    "Birger Prøvesen",
    "course administrator",
    "check the draw that the first one made, approve people, read the mail",
)
INSTRUCTOR = DemoPerson(
    "ivar@innoskole.example.no", "Ivar Prøvesen", "instructor", "see what an instructor sees"
)
# Karasjok has no application in any demo: here a newcomer writes one from the beginning.
COORDINATOR_WITHOUT_APPLICATION = DemoPerson(
    "sara@karasjok.kommune.example.no",
    "Sara Prøvesen",
    "coordinator for Karasjok",
    "apply: the municipality has no application yet",
    "5610",
)
COORDINATORS_WITH_APPLICATION = (
    DemoPerson(
        "kari@bodo.kommune.example.no",
        "Kari Prøvesen",
        "coordinator for Bodø",
        "follow an application that is under way",
        "1804",
    ),
    DemoPerson(
        "ole@alesund.kommune.example.no",
        "Ole Prøvesen",
        "coordinator for Ålesund",
        "follow an application that is under way",
        "1508",
    ),
)

DEMO_PEOPLE: tuple[DemoPerson, ...] = (
    ADMINISTRATOR,
    SECOND_ADMINISTRATOR,
    INSTRUCTOR,
    COORDINATOR_WITHOUT_APPLICATION,
    *COORDINATORS_WITH_APPLICATION,
)
