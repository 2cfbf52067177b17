"""The rows of a list as a file for a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.http import HttpResponse
from django.utils.translation import gettext as _

from innoskole.ui.formats import local

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A cell that begins like this is run as a formula when the file is opened (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
WIDEST_COLUMN = 60


def _plain(value: Any) -> Any:
    """The value on a Norwegian clock, with yes and no as words."""
    if isinstance(value, datetime):
        return local(value).replace(tzinfo=None)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value


def _csv_cell(value: Any) -> Any:
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, int | float | date):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _download(content: bytes, content_type: str, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def csv_response(filename: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file as Norwegian Excel opens it: UTF-8 with a byte order mark, semicolons, no live formulas.

    `filename` is plain ASCII and ends in .csv.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([_csv_cell(column) for column in columns])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return _download(buffer.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", filename)


def xlsx_response(filename: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """An Excel file with one sheet: a fixed heading with filters, dates as dates, text always as text.

    `filename` is plain ASCII and ends in .xlsx.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    heading = book.add_format({"bold": True, "bottom": 1})
    styles = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = book.add_worksheet()
    widths = [len(str(column)) + 3 for column in columns]
    for at, column in enumerate(columns):
        sheet.write_string(0, at, str(column), heading)
    line = 0
    for line, row in enumerate(rows, start=1):
        for at, raw in enumerate(row):
            value = _plain(raw)
            if value is None:
                continue
            if isinstance(value, int | float):
                sheet.write_number(line, at, value)
            elif isinstance(value, date):
                sheet.write_datetime(line, at, value, styles[type(value)])
            else:
                sheet.write_string(line, at, str(value))
            widths[at] = min(max(widths[at], len(str(value)) + 1), WIDEST_COLUMN)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, line, len(columns) - 1)
    book.close()
    return _download(buffer.getvalue(), XLSX, filename)
