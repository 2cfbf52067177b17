"""Who took the list of appeals out of the program."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.accounts.models import User

EXPORTED = gettext_noop("downloaded the list of appeals")


@transaction.atomic
def record_export(*, filters: str, rows: int, file_name: str, by: User, now: datetime) -> None:
    """Write it down in the history of the person: the list is of all intakes."""
    audit.record(
        by,
        EXPORTED,
        by=by,
        now=now,
        changes={
            gettext_noop("File"): ("", file_name),
            gettext_noop("Filter"): ("", filters),
            gettext_noop("Rows"): ("", rows),
        },
    )
