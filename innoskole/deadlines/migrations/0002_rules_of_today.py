"""The rules as they are, with their legal source (docs/decisions/0090)."""

from datetime import date

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PUBLIC_ADMINISTRATION_ACT_ON = date(1970, 1, 1)
UNIVERSITIES_ACT_ON = date(2024, 8, 1)
RECKONING = "domstolloven §§ 148, 149"
UNIVERSITIES_ACT = "universitets- og høyskoleloven, LOV-2024-03-08-9"

RULES = [
    {
        "kind": "admission_appeal",
        "amount": 3,
        "unit": "weeks",
        "valid_from_on": PUBLIC_ADMINISTRATION_ACT_ON,
        "legal_source": f"forvaltningsloven §§ 29, 30; {RECKONING}",
    },
    {
        "kind": "grading",
        "amount": 15,
        "unit": "working_days",
        "skips": ["12-24", "12-31"],
        "valid_from_on": UNIVERSITIES_ACT_ON,
        "legal_source": UNIVERSITIES_ACT,
    },
    {
        "kind": "explanation_request",
        "amount": 1,
        "unit": "weeks",
        "valid_from_on": UNIVERSITIES_ACT_ON,
        "legal_source": f"{UNIVERSITIES_ACT}; {RECKONING}",
    },
    {
        "kind": "grade_appeal",
        "amount": 3,
        "unit": "weeks",
        "valid_from_on": UNIVERSITIES_ACT_ON,
        "legal_source": f"{UNIVERSITIES_ACT}; {RECKONING}",
    },
    {
        # Before the exam: a last day on a Sunday does not come nearer to it.
        "kind": "exam_withdrawal",
        "amount": 14,
        "unit": "days",
        "moves_to_working_day": False,
        "valid_from_on": UNIVERSITIES_ACT_ON,
        "legal_source": "Forskrift om opptak, studier og eksamen ved Høgskolen i Innlandet §§ 6-5, 6-6",
    },
]


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("deadlines", "DeadlineRule").objects
    rules.bulk_create([rules.model(**rule) for rule in RULES])


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
