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
    "ivar@innoskole.example.no",
    "Ivar Prøvesen",
    "instructor",
    "once the course runs: assess deliveries, register attendance, supervise",
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

# The people of one team and its municipality, from the stage «running» on.
STUDENT = DemoPerson(
    "stine@kommunen.example.no",
    "Stine Prøvesen",
    "student",
    "see what you lack before the exam, write in the project, deliver, book supervision",
)
COURSE_PARTICIPANT = DemoPerson(
    "kare@kommunen.example.no",
    "Kåre Prøvesen",
    "course participant",
    "follow the course beside Stine, without an exam",
)
CONTACT = DemoPerson(
    "liv@kommunen.example.no",
    "Liv Prøvesen",
    "coordinator for their municipality",
    "see attendance and milestones of those who let you, agree to the public page",
)

# From outside the school, in the stage «finished»: two grade the papers, two grade anew after appeals.
EXAMINERS = (
    DemoPerson(
        "embla@sensor.example.no",
        "Embla Prøvesen",
        "examiner",
        "see the papers that you have graded, and what became of them",
    ),
    DemoPerson(
        "sander@sensor.example.no",
        "Sander Prøvesen",
        "examiner",
        "the same papers, graded independently of Embla",
    ),
)
NEW_EXAMINERS = (
    DemoPerson(
        "nanna@sensor.example.no",
        "Nanna Prøvesen",
        "examiner for appeals",
        "grade a paper anew, without knowing whose it is or what it got",
    ),
    DemoPerson(
        "odd@sensor.example.no",
        "Odd Prøvesen",
        "examiner for appeals",
        "agree with Nanna on the new grade",
    ),
)

DEMO_PEOPLE: tuple[DemoPerson, ...] = (
    ADMINISTRATOR,
    SECOND_ADMINISTRATOR,
    INSTRUCTOR,
    COORDINATOR_WITHOUT_APPLICATION,
    *COORDINATORS_WITH_APPLICATION,
)

COURSE_PEOPLE: tuple[DemoPerson, ...] = (STUDENT, COURSE_PARTICIPANT, CONTACT)
EXAM_PEOPLE: tuple[DemoPerson, ...] = (*EXAMINERS, *NEW_EXAMINERS)
EVERYBODY: tuple[DemoPerson, ...] = (*DEMO_PEOPLE, *COURSE_PEOPLE, *EXAM_PEOPLE)
