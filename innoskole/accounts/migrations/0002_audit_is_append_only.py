"""Let the database refuse changes of audit events (docs/decisions/0041)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CREATE = {
    "sqlite": [
        """
        CREATE TRIGGER accounts_auditevent_unchangeable BEFORE UPDATE ON accounts_auditevent
        BEGIN SELECT RAISE(ABORT, 'Audit events are never changed.'); END
        """
    ],
    "postgresql": [
        """
        CREATE FUNCTION accounts_auditevent_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
          RAISE EXCEPTION 'Audit events are never changed.' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER accounts_auditevent_unchangeable BEFORE UPDATE ON accounts_auditevent
        FOR EACH ROW EXECUTE FUNCTION accounts_auditevent_refuse()
        """,
    ],
}
DROP = {
    "sqlite": ["DROP TRIGGER accounts_auditevent_unchangeable"],
    "postgresql": [
        "DROP TRIGGER accounts_auditevent_unchangeable ON accounts_auditevent",
        "DROP FUNCTION accounts_auditevent_refuse()",
    ],
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
