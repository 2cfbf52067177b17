"""A list of payments as the bank or the student register hands it out: CSV in, rows out. Changes nothing."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

from django.utils.translation import gettext as _

from innoskole.accounts.guards import Refused

MAX_BYTES = 1_000_000
MAX_ROWS = 2_000

# Headings in bokmål, nynorsk and English, as letters only.
EMAIL = frozenset({"epost", "epostadresse", "email", "emailaddress", "mail", "mailadresse"})
NAME = frozenset({"navn", "namn", "name", "fulltnavn", "fulltnamn", "fullname", "student"})
PAID = frozenset(
    {"betalt", "betaltdato", "betaltden", "betalingsdato", "datobetalt", "innbetalt", "innbetalingsdato"}
    | {"dato", "paid", "paidon", "datepaid", "paiddate", "paymentdate", "dateofpayment", "date"}
)
DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y")


@dataclass(frozen=True)
class Payment:
    """A row of the list as it stands there. line: its number in the file, the heading being 1."""

    line: int
    email: str
    name: str
    paid: str

    @property
    def paid_on(self) -> date | None:
        """The day of the payment; None when it cannot be read as one."""
        for pattern in DAY_FORMATS:
            try:
                # A spreadsheet may write a clock time behind the day.
                return datetime.strptime(self.paid.partition(" ")[0], pattern).date()  # noqa: DTZ007
            except ValueError:
                continue
        return None


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 or Windows-1252. Raises Refused for what is no such text or too large."""
    if len(content) > MAX_BYTES:
        raise Refused(_("The file is too large for a list of payments."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise Refused(_not_csv()) from error
    if "\0" in text:
        raise Refused(_not_csv())
    return text


def read(text: str) -> list[Payment]:
    """The rows below the heading, empty ones left out.

    Raises Refused when the heading names no e-mail or no day, and for a list without rows or with too many.
    """
    heading = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(StringIO(text, newline=""), delimiter=";" if ";" in heading else ",")
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Refused(_not_csv()) from error
    if not rows:
        raise Refused(_("The file is empty."))
    (_line, first), *others = rows
    columns = [_letters(cell) for cell in first]
    email, name, paid = (_place(columns, known) for known in (EMAIL, NAME, PAID))
    if email is None or paid is None:
        raise Refused(
            _(
                "The first line must name the columns: “E-mail” and “Date paid”, and “Name” if there is one,"
                " with semicolons or commas between."
            )
        )
    payments = [Payment(line, _cell(row, email), _cell(row, name), _cell(row, paid)) for line, row in others]
    if not payments:
        raise Refused(_("The list has a heading, but no rows."))
    if len(payments) > MAX_ROWS:
        raise Refused(
            _("The list has more than %(count)s rows. Divide it into several files.") % {"count": MAX_ROWS}
        )
    return payments


def _not_csv() -> str:
    return _("The file cannot be read. Save it as CSV, in UTF-8 or Windows-1252.")


def _letters(heading: str) -> str:
    return "".join(filter(str.isalpha, heading.casefold()))


def _place(columns: list[str], known: frozenset[str]) -> int | None:
    places: Iterator[int] = (place for place, column in enumerate(columns) if column in known)
    return next(places, None)


def _cell(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
