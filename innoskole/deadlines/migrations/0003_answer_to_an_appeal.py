"""When the school answers an appeal (docs/decisions/0105).

forvaltningsloven § 11 a: a case is prepared and decided without undue delay, and whoever waits for an
individual decision is told within a month if it takes longer. The four weeks are the school's own.
"""

from datetime import date

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

RULES = [
    {
        "kind": "appeal_answer",
        "amount": 4,
        "unit": "weeks",
        "valid_from_on": date(1970, 1, 1),
        "legal_source": "forvaltningsloven §§ 11 a, 33; domstolloven §§ 148, 149",
    }
]
KINDS = [
    ("admission_appeal", "Appeal against an admission decision"),
    ("appeal_answer", "The school's answer to an appeal"),
    ("grading", "Grading of an exam"),
    ("explanation_request", "Request for an explanation of a grade"),
    ("grade_appeal", "Appeal against a grade"),
    ("exam_withdrawal", "Withdrawal from an exam"),
]


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("deadlines", "DeadlineRule").objects
    rules.bulk_create([rules.model(**rule) for rule in RULES])


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0002_rules_of_today")]
    operations = [
        migrations.RemoveConstraint("deadlinerule", "deadline_rule_kind_is_known"),
        migrations.AlterField(
            "deadlinerule",
            "kind",
            models.CharField(choices=KINDS, max_length=30, verbose_name="deadline"),
        ),
        migrations.AddConstraint(
            "deadlinerule",
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _label in KINDS]),
                name="deadline_rule_kind_is_known",
            ),
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
