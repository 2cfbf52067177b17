"""When an explanation of a grade is given (docs/decisions/0133).

The universities act of 2005 § 5-3 (2) said «normalt … innen to uker etter at kandidaten har bedt om dette», and
schools say the same under the act of 2024.
"""

from datetime import date

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

RULES = [
    {
        "kind": "explanation_given",
        "amount": 2,
        "unit": "weeks",
        "valid_from_on": date(2024, 8, 1),
        "legal_source": "universitets- og høyskoleloven, LOV-2024-03-08-9; domstolloven §§ 148, 149",
    }
]
KINDS = [
    ("admission_appeal", "Appeal against an admission decision"),
    ("appeal_answer", "The school's answer to an appeal"),
    ("grading", "Grading of an exam"),
    ("explanation_request", "Request for an explanation of a grade"),
    ("explanation_given", "Explanation of a grade that has been asked for"),
    ("grade_appeal", "Appeal against a grade"),
    ("exam_withdrawal", "Withdrawal from an exam"),
]


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("deadlines", "DeadlineRule").objects
    rules.bulk_create([rules.model(**rule) for rule in RULES])


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0003_answer_to_an_appeal")]
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
