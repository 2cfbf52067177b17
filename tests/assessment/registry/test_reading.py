"""Files as the registry and a spreadsheet write them."""

from __future__ import annotations

import pytest

from assessment.registry.reading import MAX_ROWS, read
from assessment.registry.sheet import Row
from innoskole.accounts.guards import Refused

KARI = Row(7, "Kari Prøve", "kari@example.no", 1, "B", "2028-06-20")


@pytest.mark.parametrize(
    "text",
    [
        "Kandidatnummer;Navn;E-post;Forsøk;Resultat;Dato\r\n7;Kari Prøve;kari@example.no;1;B;2028-06-20\r\n",
        "Candidate number,Name,E-mail,Attempt,Result,Date\n7,Kari Prøve,kari@example.no,1,b,20.06.2028\n",
        "\n\nKandidatnr;Namn;E-postadresse;Forsøk;Karakter;Sensurdato;Emne\n"
        "7; Kari Prøve ;kari@example.no;1;B;20.06.2028 00:00;X\n;;;;;;\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
def test_columns_are_found_by_their_headings(text, encoding):
    found = read("list.csv", text.encode(encoding))
    assert (found.rows, found.checksums) == ([KARI], frozenset())


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("a", "A"),
        ("ABSENT", "ABSENT"),
        ("Ikke møtt", "ABSENT"),
        ("Gyldig fråvær", "VALID_ABSENCE"),
        ("Valid absence", "VALID_ABSENCE"),
        ("VALID_ABSENCE", "VALID_ABSENCE"),
        ("bestått", "BESTÅTT"),
        ("", ""),
    ],
)
def test_results(said, result):
    assert read("x.csv", f"E-post;Resultat;Dato\na@example.no;{said};x".encode()).rows[0].result == result


def test_what_cannot_be_read_stays_to_be_seen():
    found = read("x.csv", b"Kandidat;E-post;Forsok;Resultat;Dato\nsju;a@example.no;to;B;i fjor\n8;;;;\n")
    assert found.rows == [
        Row(None, "", "a@example.no", None, "B", "i fjor"),
        Row(8, "", "", None, "", ""),
    ]


def test_the_mark_before_a_formula_is_taken_off_again():
    found = read("x.csv", b"E-post;Navn;Resultat;Dato\n'+a@example.no;'=Kari;A;2028-06-20\n")
    assert (found.rows[0].email, found.rows[0].name) == ("+a@example.no", "=Kari")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"\x00\x01\x02", "The file cannot be read. Save it as CSV, in UTF-8 or Windows-1252."),
        (b"\x81\x8d", "The file cannot be read. Save it as CSV, in UTF-8 or Windows-1252."),
        (b"x" * 1_000_001, "The file is too large for a list of results."),
        (b"E-post;Resultat;Dato\n", "The list has a heading, but no rows."),
        (
            b"E-post;Resultat\na@example.no;A",
            "The first line must name the columns: “Candidate number” or “E-mail”, “Result” and “Date”, with"
            " semicolons or commas between.",
        ),
        (
            b"Navn;Resultat;Dato\nKari;A;2028-06-20",
            "The first line must name the columns: “Candidate number” or “E-mail”, “Result” and “Date”, with"
            " semicolons or commas between.",
        ),
        (
            b"E-post;Resultat;Dato\n" + b"a@example.no;A;x\n" * (MAX_ROWS + 1),
            "The list has more than 2000 rows.",
        ),
    ],
)
def test_files_that_are_no_list(content, says):
    with pytest.raises(Refused) as refused:
        read("x.csv", content)
    assert str(refused.value) == says
