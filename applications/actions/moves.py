"""The one mover: a conditional UPDATE on the old state, so that of two at once only one moves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import override

from applications.models import (
    Appeal,
    ApplicantMunicipality,
    Application,
    Decision,
    Guarantee,
    Intake,
    Interest,
    Offer,
    Release,
    TeamMember,
)
from applications.states import (
    APPEAL_TRANSITIONS,
    BASIS_TRANSITIONS,
    DECISION_TRANSITIONS,
    GUARANTEE_TRANSITIONS,
    INTAKE_TRANSITIONS,
    INTEREST_TRANSITIONS,
    OFFER_TRANSITIONS,
    PARTICIPATION_TRANSITIONS,
    PARTNER_TRANSITIONS,
    RELEASE_TRANSITIONS,
    TRANSITIONS,
    Moves,
)
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

TABLES: Mapping[tuple[type[Model], str], Moves] = {
    (Intake, "state"): INTAKE_TRANSITIONS,
    (Application, "state"): TRANSITIONS,
    (ApplicantMunicipality, "state"): PARTNER_TRANSITIONS,
    (Guarantee, "state"): GUARANTEE_TRANSITIONS,
    (TeamMember, "basis"): BASIS_TRANSITIONS,
    (TeamMember, "participation"): PARTICIPATION_TRANSITIONS,
    (Interest, "state"): INTEREST_TRANSITIONS,
    (Decision, "state"): DECISION_TRANSITIONS,
    (Release, "state"): RELEASE_TRANSITIONS,
    (Offer, "state"): OFFER_TRANSITIONS,
    (Appeal, "state"): APPEAL_TRANSITIONS,
}


def move(
    obj: Model,
    to: str,
    *,
    verb: str,
    by: User | None,
    now: datetime,
    reason: str = "",
    by_label: str = "",
    about: Model | None = None,
    field: str = "state",
    tables: Mapping[tuple[type[Model], str], Moves] = TABLES,
    **fields: Any,
) -> None:
    """Move `obj` to the state `to`, set `fields` in the same statement, and write the audit line.

    `verb` is an English message id marked with gettext_noop; `about` is the object on whose page the
    line is read (default: `obj`); `tables` are those of the story that the object belongs to.

    Raises Refused when the table does not allow the move, or when somebody else has moved the object
    meanwhile; nothing is changed then.
    """
    table = tables[type(obj), field]
    origin: str = getattr(obj, field)
    if to not in table[origin]:
        raise Refused(_("This cannot be done now: the state is «%(state)s».") % {"state": _label(obj, field)})
    before = _msgid(obj, field)
    manager = type(obj)._base_manager  # also those who are no longer in a team
    if not manager.filter(pk=obj.pk, **{field: origin}).update(**{field: to}, **fields):
        raise Refused(_("Someone else has just changed this. Reload the page to see what is new."))
    setattr(obj, field, to)
    for name, value in fields.items():
        setattr(obj, name, value)
    audit.record(
        about or obj,
        verb,
        by=by,
        now=now,
        changes={field: (before, _msgid(obj, field))},
        reason=reason,
        by_label=by_label,
    )


def _label(obj: Model, field: str) -> str:
    return str(getattr(obj, f"get_{field}_display")())


def _msgid(obj: Model, field: str) -> str:
    """The label in the source language: the history translates it for its reader."""
    with override("en"):
        return _label(obj, field)
