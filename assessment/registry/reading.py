"""A list of registered results as the registry hands it out, or our own sheet come back: CSV in, rows out."""

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from django.utils.translation import gettext as _

from applications.payments import DAY_FORMATS
from assessment.registry.sheet import ABSENT, VALID_ABSENCE, Row
from innoskole.accounts.guards import Refused
from innoskole.ui.exports import FORMULA_STARTS

MAX_BYTES = 1_000_000
MAX_ROWS = 2_000

# Headings in bokmål, nynorsk and English, as letters only.
HEADINGS: Mapping[str, frozenset[str]] = {
    "candidate": frozenset({"kandidat", "kandidatnummer", "kandidatnr", "candidate", "candidatenumber"}),
    "name": frozenset({"navn", "namn", "name", "fulltnavn", "fulltnamn", "fullname", "student"}),
    "email": frozenset({"epost", "epostadresse", "email", "emailaddress", "mail"}),
    "attempt": frozenset({"forsøk", "forsøknummer", "attempt"}),
    "result": frozenset({"resultat", "karakter", "result", "grade", "mark"}),
    "dated_on": frozenset({"dato", "sensurdato", "resultatdato", "eksamensdato", "date", "dateofresult"}),
    "checksum": frozenset({"kontrollsum", "checksum"}),
}
ABSENCES = {
    **dict.fromkeys(
        ("absent", "ikkemøtt", "ikkjemøtt", "møtteikke", "møtteikkje", "fravær", "fråvær"), ABSENT
    ),
    **dict.fromkeys(
        ("validabsence", "absentwithavalidreason", "gyldigfravær", "gyldigfråvær", "legeattest"),
        VALID_ABSENCE,
    ),
}


@dataclass(frozen=True)
class RegistryList:
    """The rows of a file, and the checksums that it carries (none for the registry's own lists)."""

    file_name: str
    rows: list[Row]
    checksums: frozenset[str]


def read(file_name: str, content: bytes) -> RegistryList:
    """The rows below the heading, empty ones left out.

    Raises Refused for what is no CSV file, is too large, or whose heading does not name the result, the day,
    and the candidate's number or e-mail address.
    """
    text = _decode(content)
    heading = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(StringIO(text, newline=""), delimiter=";" if ";" in heading else ",")
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise Refused(_not_csv()) from error
    if not lines:
        raise Refused(_("The file is empty."))
    columns = [_letters(cell) for cell in lines[0]]
    places = {
        name: place
        for name, known in HEADINGS.items()
        for place in [next((at for at, column in enumerate(columns) if column in known), None)]
        if place is not None
    }
    if not {"result", "dated_on"} <= places.keys() or not {"candidate", "email"} & places.keys():
        raise Refused(
            _(
                "The first line must name the columns: “Candidate number” or “E-mail”, “Result” and “Date”,"
                " with semicolons or commas between."
            )
        )
    if len(lines) == 1:
        raise Refused(_("The list has a heading, but no rows."))
    if len(lines) > MAX_ROWS + 1:
        raise Refused(_("The list has more than %(count)s rows.") % {"count": MAX_ROWS})
    said = [{name: _cell(line, place) for name, place in places.items()} for line in lines[1:]]
    return RegistryList(
        file_name,
        [_row(cells) for cells in said],
        frozenset(cells["checksum"] for cells in said if cells.get("checksum")),
    )


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Refused(_("The file is too large for a list of results."))
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


def _not_csv() -> str:
    return _("The file cannot be read. Save it as CSV, in UTF-8 or Windows-1252.")


def _row(cells: Mapping[str, str]) -> Row:
    return Row(
        candidate=_number(cells.get("candidate", "")),
        name=cells.get("name", ""),
        email=cells.get("email", ""),
        attempt=_number(cells.get("attempt", "")),
        result=_result(cells["result"]),
        dated_on=_day(cells["dated_on"]),
    ).in_one_form()


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, unicodedata.normalize("NFC", text).casefold()))


def _cell(line: list[str], place: int) -> str:
    """What the cell says, without the mark that our own files put before what might be a formula."""
    text = line[place].strip() if place < len(line) else ""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _result(text: str) -> str:
    """A mark or an absence, however it is written; anything else as it stands, to be seen."""
    return ABSENCES.get(_letters(text)) or text.upper()


def _day(text: str) -> str:
    """In ISO 8601; what cannot be read as a day as it stands."""
    for pattern in DAY_FORMATS:
        try:
            # A spreadsheet may write a clock time behind the day.
            return datetime.strptime(text.partition(" ")[0], pattern).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    return text
