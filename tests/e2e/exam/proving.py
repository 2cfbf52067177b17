"""The last chapter: certificates and transcripts, whoever verifies one, and the student registry."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from django.db.models import Count
from playwright.sync_api import FilePayload

from assessment.models import Certificate
from assessment.tasks import write_certificates
from innoskole.accounts.models import User
from tests.e2e.cohort.year import COHORT, COURSE, Year, user_of
from tests.e2e.exam.reading import code_of, text_of
from tests.e2e.exam.sitting import EXAM

CERTIFICATES = f"{COHORT}certificates/"


def issues_to_all(year: Year, administrator: User) -> None:
    """The numbers are given at once; the worker writes the documents, and the page says how far it is."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(CERTIFICATES)
    anna.follows(say("Issue certificates"))
    count = anna.main.locator("table").first.locator("tbody tr").count()
    anna.goes_by(anna.main.locator("form button[type=submit]"))
    anna.sees(_written(year, 0, count))
    assert write_certificates() == count
    anna.follows(say("Reload the page"))
    anna.does_not_see(_written(year, 0, count))
    assert anna.main.locator("progress").count() == 0
    files = Certificate.objects.annotate(total=Count("files")).values_list("total", flat=True)
    assert list(files) == [3] * count


def _written(year: Year, done: int, total: int) -> str:
    return year.say(
        "The documents of %(written)s of %(total)s certificates are written. Reload the page to see how far"
        " it has come.",
        written=done,
        total=total,
    )


def fetches(year: Year, name: str, language: str) -> bytes:
    """The person's own document, from the page on which the code stands as well."""
    person = year.comes(user_of(name), phone=True)
    person.opens(f"{COURSE}certificate/")
    link = person.main.locator(f".actions a[lang={language}]")
    with person.page.expect_download() as caught:
        link.click()
    return Path(caught.value.path()).read_bytes()


def verifies(year: Year, pdf: bytes) -> str:
    """Somebody without an account, who has the document and scans its code: the page repeats what it says.

    Returns the address that the code holds.
    """
    address = code_of(pdf)
    guest = year.guest(phone=True)
    guest.opens(address)
    guest.sees(year.say("This document is valid"))
    printed = _letters(text_of(pdf))
    shown = guest.main.locator("dl dt, dl dd, h3").all_inner_texts()
    assert len(shown) > 10
    assert [text for text in shown if _letters(text) not in printed] == []
    return address


def _letters(text: str) -> str:
    """Without the spaces, line breaks and hyphens with which two ways to print it differ."""
    return "".join(filter(str.isalnum, text))


def revokes(year: Year, administrator: User, number: str) -> None:
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{CERTIFICATES}{number}/")
    anna.follows(say("Revoke"))
    anna.writes({say("Reason"): "Navnet var feil skrevet."})
    anna.presses(say("Revoke"))
    anna.sees(say("It is revoked, and the person gets an e-mail with the reason."))


def is_told_that_it_is_revoked(year: Year, address: str, name: str) -> None:
    guest = year.guest()
    guest.opens(address)
    guest.sees(year.say("This document has been revoked"))
    guest.does_not_see(name, "Navnet var feil skrevet.")


# --- The student registry ---------------------------------------------------------------------------------


def makes_a_sheet(year: Year, administrator: User) -> list[list[str]]:
    """The lines of its file, the heading first."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}registry/")
    anna.follows(say("Make a sheet"))
    anna.presses(say("Make the sheet"))
    anna.sees(say("The sheet stands. Download it and hand it over."))
    anna.follows(say("Sheet %(number)s", number=1))
    with anna.downloads(say("CSV")).path().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def compares(year: Year, administrator: User, lines: list[list[str]]) -> list[list[str]]:
    """Give the program what the registry says; the rows of the differences that it shows."""
    say = year.say
    out = StringIO()
    csv.writer(out, delimiter=";").writerows(lines)
    said: FilePayload = {"name": "fs.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()}
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}registry/1/")
    anna.follows(say("Compare with what the registry says"))
    anna.page.get_by_label(say("The registry's list")).set_input_files([said])
    anna.presses(say("Compare"))
    anna.sees(say("The list has been compared with the sheet."))
    region = anna.main.locator("[aria-labelledby=differences-caption] tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in region.all()]
