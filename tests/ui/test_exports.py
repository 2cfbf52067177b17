"""Spreadsheets: what Norwegian Excel opens, and nothing that it would run."""

from datetime import UTC, date, datetime
from io import BytesIO

from django.utils import translation
from openpyxl import load_workbook

from innoskole.ui.exports import csv_response, xlsx_response

SPREADSHEET_TIME = datetime.fromisoformat("2027-06-01T15:00")  # spreadsheets know no time zones
SPREADSHEET_DAY = datetime.fromisoformat("2027-06-02T00:00")
COLUMNS = ["Municipality", "=1+1", "Submitted", "Decided", "Population", "Proven"]
ROWS = [
    [
        "Bådåddjo; Bodø",
        '=HYPERLINK("https://example.no")',
        datetime(2027, 6, 1, 13, 0, tzinfo=UTC),
        None,
        53638,
        True,
    ],
    ["+47 00 00 00 00", "-2", None, date(2027, 6, 2), -3, False],
    ["@sum", "\tx", None, None, 0.5, None],
]


def test_csv_has_mark_semicolons_norwegian_clock_and_no_live_formulas() -> None:
    with translation.override("en"):
        response = csv_response("applications.csv", COLUMNS, ROWS)
    assert response.headers["Content-Disposition"] == 'attachment; filename="applications.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        response.content
        == (
            "\ufeffMunicipality;'=1+1;Submitted;Decided;Population;Proven\r\n"
            '"Bådåddjo; Bodø";"\'=HYPERLINK(""https://example.no"")";2027-06-01 15:00;;53638;Yes\r\n'
            "'+47 00 00 00 00;'-2;;2027-06-02;-3;No\r\n"
            "'@sum;'\tx;;;0.5;\r\n"
        ).encode()
    )


def test_xlsx_keeps_text_as_text_and_dates_as_dates() -> None:
    with translation.override("en"):
        response = xlsx_response("applications.xlsx", COLUMNS, ROWS)
    sheet = load_workbook(BytesIO(response.content)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        COLUMNS,
        [
            "Bådåddjo; Bodø",
            '=HYPERLINK("https://example.no")',
            SPREADSHEET_TIME,
            None,
            53638,
            "Yes",
        ],
        ["+47 00 00 00 00", "-2", None, SPREADSHEET_DAY, -3, "No"],
        ["@sum", "\tx", None, None, 0.5, None],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "d", "n"}  # no formula: "f"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F4")


def test_an_empty_list_is_a_heading() -> None:
    sheet = load_workbook(BytesIO(xlsx_response("a.xlsx", ["Name"], []).content)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["Name"]]
    assert csv_response("a.csv", ["Name"], []).content == "\ufeffName\r\n".encode()
