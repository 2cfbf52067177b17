"""Who has paid the semester fee: one by one, and from lists as banks and registers hand them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from applications.actions.semester_fees import Import, Kind, import_payments, preview, record_payment
from applications.models import Application, Intake, SemesterFee, TeamMember
from applications.models.fees import has_paid
from applications.models.semester_fees import Totals, students, totals
from applications.payments import MAX_ROWS, Payment, decode, read
from applications.states import Basis, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent, User
from tests.factories import NOW, TeamMemberFactory

TODAY = date(2027, 5, 3)
FIRST = date(2027, 4, 28)


def names(intake: Intake) -> list[str]:
    return sorted(students(intake).values_list("name", flat=True))


# --- One by one -------------------------------------------------------------------------------------


def test_only_students_of_teams_with_a_place_have_a_fee(published: Intake, team: list[TeamMember]) -> None:
    assert names(published) == ["Kari Prøve", "Ola Prøve"]
    Application.objects.update(state=State.ENROLLED)
    assert names(published) == ["Kari Prøve", "Ola Prøve"]
    Application.objects.update(state=State.DECLINED)
    assert names(published) == []


def test_paid_and_not_paid(published: Intake, team: list[TeamMember], administrator: User) -> None:
    kari, ola, *_others = team
    assert record_payment(kari, 1, paid_on=FIRST, by=administrator, now=NOW)
    assert not record_payment(kari, 1, paid_on=FIRST, by=administrator, now=NOW)
    assert [has_paid(*each) for each in ((kari, 1), (kari, 2), (ola, 1))] == [True, False, False]
    assert totals(published) == Totals(students=2, first=1, second=0)
    assert record_payment(kari, 1, paid_on=None, by=administrator, now=NOW)
    assert not record_payment(ola, 2, paid_on=None, by=administrator, now=NOW)
    assert [has_paid(*each) for each in ((kari, 1), (kari, 2), (ola, 1))] == [False, False, False]
    fee = SemesterFee.objects.get()
    assert (fee.member, fee.intake, fee.semester, fee.paid_on) == (kari, published, 1, None)
    assert [(event.verb, event.changes) for event in audit.history(fee)] == [
        (
            "recorded the semester fee as not paid",
            {"Student": [None, "Kari Prøve"], "semester": [None, 1], "paid_on": ["2027-04-28", None]},
        ),
        (
            "recorded the semester fee as paid",
            {"Student": [None, "Kari Prøve"], "semester": [None, 1], "paid_on": [None, "2027-04-28"]},
        ),
    ]


def test_what_is_refused(team: list[TeamMember], administrator: User) -> None:
    kari, _ola, per, eva = team
    for member, semester, day, why in (
        (per, 1, TODAY, "Per Prøve has no semester fee."),
        (eva, 1, TODAY, "Eva Prøve has no semester fee."),
        (kari, 3, TODAY, "The course has two semesters."),
        (kari, 1, date(2027, 5, 4), "The day of the payment has not come yet."),
    ):
        with pytest.raises(Refused, match=why):
            record_payment(member, semester, paid_on=day, by=administrator, now=NOW)
    assert not SemesterFee.objects.exists()


def test_a_payment_recorded_by_mistake_can_be_undone_for_somebody_who_has_left(
    team: list[TeamMember], administrator: User
) -> None:
    kari = team[0]
    record_payment(kari, 1, paid_on=TODAY, by=administrator, now=NOW)
    kari.basis = Basis.COURSE_PARTICIPANT
    kari.save()
    assert record_payment(kari, 1, paid_on=None, by=administrator, now=NOW)
    assert not has_paid(kari, 1)


# --- Lists as they come -----------------------------------------------------------------------------

KARI = Payment(line=2, email="kari@example.no", name="Kari Prøve", paid="28.4.2027")


@pytest.mark.parametrize(
    "text",
    [
        "E-post;Navn;Betalt\r\nkari@example.no;Kari Prøve;28.4.2027\r\n",
        "E-postadresse,Betalingsdato,Namn\nkari@example.no,28.4.2027,Kari Prøve",
        "E-mail;Amount;Name;Date paid\nkari@example.no;1 000,00;Kari Prøve;28.4.2027\n\n;;;\n",
        '"Epost";"Dato";"Navn"\n" kari@example.no ";"28.4.2027";"Kari Prøve"\n',
    ],
    ids=["nb", "nn, commas", "en, more columns", "quoted"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_lists_that_are_read(text: str, encoding: str) -> None:
    assert read(decode(text.encode(encoding))) == [KARI]


def test_lines_are_those_of_the_file() -> None:
    text = "E-post;Betalt\n\na@example.no;1.1.2027\n;\nb@example.no\n"
    assert read(text) == [Payment(3, "a@example.no", "", "1.1.2027"), Payment(5, "b@example.no", "", "")]


@pytest.mark.parametrize(
    ("paid", "day"),
    [
        ("2027-04-28", FIRST),
        ("2027-04-28 00:00", FIRST),
        ("28.04.2027", FIRST),
        ("28.4.2027", FIRST),
        ("28.4.27", FIRST),
        ("28/04/2027", FIRST),
        ("04/28/2027", None),
        ("31.4.2027", None),
        ("ja", None),
        ("", None),
    ],
)
def test_days_as_people_write_them(paid: str, day: date | None) -> None:
    assert Payment(2, "", "", paid).paid_on == day


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"E-post;Betalt\n", "no rows"),
        (b"Navn;Betalt\nKari;1.1.2027\n", "The first line must name the columns"),
        (b"E-post;Navn\nkari@example.no;Kari\n", "The first line must name the columns"),
        ("E-post;Betalt\nkari@example.no;1.1.2027".encode("utf-16"), "Save it as CSV"),
        (b"PK\x03\x04\x81\x8d\x00", "Save it as CSV"),
        (b"E-post;Betalt\n" + b"x" * 1_000_001, "too large"),
        (b"E-post;Betalt\n" + b"a@example.no;1.1.2027\n" * (MAX_ROWS + 1), "more than 2000 rows"),
        (b'E-post;Betalt\n"' + b"x" * 200_000, "Save it as CSV"),
    ],
)
def test_files_that_are_no_list(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(decode(content))


# --- What a list does -------------------------------------------------------------------------------

LIST = """\
E-post;Navn;Betalt
KARI@example.no;Prøve, Kari;28.4.2027
ola@example.no;Ola Nordmann;30.4.2027
kari@example.no;;29.4.2027
per@example.no;;28.4.2027
eva@example.no;;28.4.2027
nobody@example.no;Ingen;28.4.2027
;Uten Adresse;28.4.2027
ola@example.no;;i går
ola@example.no;;4.5.2027
"""


def said(found: Import) -> list[tuple[int, str, str, str]]:
    return [
        (line.payment.line, line.kind, line.member.name if line.member else "", line.why)
        for line in found.lines
    ]


def test_a_list_row_by_row(published: Intake, team: list[TeamMember], administrator: User) -> None:
    payments = read(LIST)
    found = preview(published, 1, payments, NOW)
    assert said(found) == [
        (2, Kind.RECORD, "Kari Prøve", ""),
        (3, Kind.RECORD, "Ola Prøve", "The list says “Ola Nordmann”."),
        (4, Kind.REPEATED, "Kari Prøve", "Line 2 counts."),
        (5, Kind.NO_FEE, "Per Prøve", "Is not admitted as a student."),
        (6, Kind.NO_FEE, "Eva Prøve", "Is not in the team now."),
        (7, Kind.NOBODY, "", "Nobody in this intake has the e-mail address."),
        (8, Kind.UNREADABLE, "", "The row has no e-mail address."),
        (9, Kind.UNREADABLE, "", "The day cannot be read. Write it as 1.9.2027."),
        (10, Kind.UNREADABLE, "", "The day of the payment has not come yet."),
    ]
    assert not SemesterFee.objects.exists()

    done = import_payments(published, 1, payments, seen=found.digest, by=administrator, now=NOW)
    assert said(done) == said(found)
    assert [len(rows) for rows in (done.to_record, done.settled, done.left_over)] == [2, 1, 6]
    assert sorted(SemesterFee.objects.values_list("member__name", "semester", "paid_on")) == [
        ("Kari Prøve", 1, FIRST),
        ("Ola Prøve", 1, date(2027, 4, 30)),
    ]
    (event,) = audit.history(published)
    assert (event.verb, event.changes) == (
        "imported payments of semester fees from a list",
        {"Semester": [None, 1], "Recorded as paid": [None, 2], "Rows left over": [None, 6]},
    )


def test_the_same_list_once_more_changes_nothing(
    published: Intake, team: list[TeamMember], administrator: User
) -> None:
    payments = read(LIST)
    for _time in range(2):
        seen = preview(published, 1, payments, NOW).digest
        done = import_payments(published, 1, payments, seen=seen, by=administrator, now=NOW)
    assert [line.kind for line in done.lines[:3]] == [Kind.KNOWN, Kind.KNOWN, Kind.REPEATED]
    assert (done.to_record, SemesterFee.objects.count(), AuditEvent.objects.count()) == ([], 2, 3)


def test_another_day_is_a_change_and_another_semester_another_fee(
    published: Intake, team: list[TeamMember], administrator: User
) -> None:
    record_payment(team[0], 1, paid_on=TODAY, by=administrator, now=NOW)
    payments = read("E-post;Betalt\nkari@example.no;28.4.2027")
    first, second = (preview(published, semester, payments, NOW) for semester in (1, 2))
    assert said(first) == [(2, Kind.CHANGE, "Kari Prøve", "3 May 2027 was recorded before.")]
    assert said(second) == [(2, Kind.RECORD, "Kari Prøve", "")]
    for semester, found in ((1, first), (2, second)):
        import_payments(published, semester, payments, seen=found.digest, by=administrator, now=NOW)
    assert sorted(SemesterFee.objects.values_list("semester", "paid_on")) == [(1, FIRST), (2, FIRST)]


def test_several_with_one_address(
    published: Intake, team: list[TeamMember], accepted: Callable[..., Application]
) -> None:
    other = accepted("5607")
    TeamMemberFactory(application=other, name="Kari Dobbel", email="Kari@example.no", basis=Basis.QUALIFIED)
    TeamMemberFactory(application=other, email="ola@example.no", basis=Basis.COURSE_PARTICIPANT)
    rows = [
        "kari@example.no;",
        "kari@example.no;Kari Dobbel",
        "kari@example.no;Kari Ukjent",
        "ola@example.no;",
    ]
    text = "\n".join(["E-post;Navn;Betalt", *(f"{row};28.4.2027" for row in rows)])
    several = "Several in this intake have the e-mail address."
    assert said(preview(published, 1, read(text), NOW)) == [
        (2, Kind.SEVERAL, "", several),
        (3, Kind.RECORD, "Kari Dobbel", ""),
        (4, Kind.SEVERAL, "", several),
        (5, Kind.RECORD, "Ola Prøve", ""),  # the other one has no semester fee
    ]


def test_nothing_is_imported_when_the_rows_do_something_else_by_now(
    published: Intake, team: list[TeamMember], administrator: User
) -> None:
    payments = read(LIST)
    seen = preview(published, 1, payments, NOW).digest
    TeamMember.objects.filter(name="Ola Prøve").update(basis=Basis.COURSE_PARTICIPANT)
    with pytest.raises(Refused, match="Something has changed meanwhile"):
        import_payments(published, 1, payments, seen=seen, by=administrator, now=NOW)
    assert (SemesterFee.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_list_is_imported_whole_or_not_at_all(
    published: Intake, team: list[TeamMember], administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments = read(LIST)
    seen = preview(published, 1, payments, NOW).digest
    saved = SemesterFee.save

    def breaks_on_the_second(fee: SemesterFee, **kwargs: Any) -> None:
        if SemesterFee.objects.exists():
            raise OSError("The disk is full.")
        saved(fee, **kwargs)

    monkeypatch.setattr(SemesterFee, "save", breaks_on_the_second)
    with pytest.raises(OSError, match="The disk is full"):
        import_payments(published, 1, payments, seen=seen, by=administrator, now=NOW)
    assert (SemesterFee.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_preview_asks_twice_however_many_rows(
    published: Intake, bodo: Application, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        TeamMemberFactory(application=bodo, email=f"{number}@example.no", basis=Basis.QUALIFIED)
    payments = [Payment(number + 2, f"{number}@example.no", "", "28.4.2027") for number in range(rows)]
    with django_assert_num_queries(2):
        assert len(preview(published, 1, payments, NOW).to_record) == rows
