"""The columns that hold what grading keeps secret, and which of them a request reads.

An answer that is made without reading a secret cannot tell it. So tests/test_doors.py asks all doors whether
they read one, and tests/test_leaks.py compares two worlds behind those that do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from assessment import models as m

# The number of a version and on what it rests tell no grade, and every query of a history sorts by them.
OPEN = {"version", "source"}
GRADING = (m.ProvisionalGrade, m.PaperGrade, m.OralResult, m.Grade, m.GradeCorrection)


def _words(model: type[models.Model]) -> Iterator[str]:
    """The columns of a table but its keys, relations and moments: also of fields that are yet to come."""
    for field in model._meta.concrete_fields:
        is_moment = isinstance(field, models.DateTimeField)
        if not (field.primary_key or field.is_relation or is_moment or field.column in OPEN):
            yield field.column


# Model → the columns that hold a mark, or what was thought of somebody.
COLUMNS: dict[type[models.Model], list[str]] = {
    **{model: list(_words(model)) for model in GRADING},
    m.Explanation: ["words"],
    m.GradeAppeal: ["words"],
    m.Certificate: ["content"],
    m.RegistryExport: ["rows"],
    m.RegistryImport: ["rows", "differences"],
}

# The doors behind which one of them is read at all, for whomever. tests/test_doors.py finds who is missing.
READERS = frozenset(
    {
        "assessment:certificate",
        "assessment:certificate_issue",
        "assessment:certificate_revoke",
        "assessment:certificates",
        "assessment:certificates_export",
        "assessment:certificates_issue",
        "assessment:cohort_statistics",
        "assessment:course_exam",
        "assessment:course_exam_deed",
        "assessment:exam_appeal",
        "assessment:exam_appeal_deed",
        "assessment:exam_appeal_examiners",
        "assessment:exam_appeals",
        "assessment:exam_change",
        "assessment:exam_deed",
        "assessment:exam_grades",
        "assessment:exam_lock",
        "assessment:exam_progress",
        "assessment:explanation",
        "assessment:grade_correction",
        "assessment:grade_correction_deed",
        "assessment:grade_deed",
        "assessment:grade_rights",
        "assessment:grading",
        "assessment:grading_autosave",
        "assessment:grading_deed",
        "assessment:grading_oral",
        "assessment:grading_paper",
        "assessment:own_certificates",
        "assessment:registry",
        "assessment:registry_compare",
        "assessment:registry_make",
        "assessment:registry_sheet",
        "assessment:registry_sheet_export",
        "assessment:regrading",
        "assessment:regrading_agree",
        "assessment:regrading_oral",
        "assessment:regrading_oral_confirm",
        "assessment:verify",
        "assessment:verify_in",
        "calendars:event",
        "calendars:feed",
        "calendars:mine",
        "home",
        "reminders:mine",
        "reminders:preview",
        "reminders:rule",
    }
)


@contextmanager
def reading() -> Iterator[set[type[models.Model]]]:
    """The models of which a secret is read meanwhile. By any alias: a query names its tables and columns."""
    found: set[type[models.Model]] = set()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and '"assessment_' in sql:
            for model, columns in COLUMNS.items():
                if f'"{model._meta.db_table}"' in sql and any(f'."{column}"' in sql for column in columns):
                    found.add(model)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
