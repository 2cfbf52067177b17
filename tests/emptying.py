"""Between two tests with real transactions: only those tables of PostgreSQL are emptied that hold rows.

Django's own way costs such a test a second: TRUNCATE makes new files for every table and every index, of two
hundred tables where a test has written in twenty, and what migrations leave behind is then written anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.management.commands import flush
from django.db.backends.base.base import BaseDatabaseWrapper

LAID_DOWN_BY_MIGRATING = {"auth_permission", "django_content_type", "django_site"}


def delete_instead_of_truncate(connection: BaseDatabaseWrapper) -> None:
    """From now on and by every connection, if the user of the database may: it takes a superuser to pass by
    foreign keys and by the triggers that keep rows for good."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_superuser,) = cursor.fetchone()
    if is_superuser:
        type(connection.ops).sql_flush = lambda self, style, tables, **options: deletions(
            self.connection, tables
        )
        flush.emit_post_migrate_signal = lambda *arguments, **options: None


def deletions(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> list[str]:
    """The SQL that empties the tables that are not empty, but for what migrating has laid down."""
    quoted = [connection.ops.quote_name(table) for table in sorted({*tables} - LAID_DOWN_BY_MIGRATING)]
    asked = " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT FROM {table})" for number, table in enumerate(quoted)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        full = [quoted[number] for (number,) in cursor.fetchall()]
    return ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {table}" for table in full)]
