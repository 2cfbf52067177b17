"""The one deed on rules: a new version, valid from a coming day. Old ones are never touched."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.deadlines.models import DeadlineRule, Kind
from innoskole.ui import formats

CHANGEABLE = ("amount", "unit", "skips", "moves_to_working_day", "legal_source")


@transaction.atomic
def add_version(
    kind: Kind,
    *,
    amount: int,
    unit: str,
    skips: list[str],
    moves_to_working_day: bool,
    valid_from_on: date,
    legal_source: str,
    reason: str,
    by: User,
    now: datetime,
) -> DeadlineRule:
    """Let another rule be valid from a coming day; deadlines counted from an earlier day keep theirs.

    skips: days of the year as «MM-DD». Raises Refused without a reason, for a day that has come, for a day
    from which a version is valid already, and for values that make no rule.
    """
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if valid_from_on <= formats.local(now).date():
        raise Refused(_("Choose a coming day: deadlines that have been counted already stay as they are."))
    before = DeadlineRule.objects.valid_on(kind, valid_from_on)
    rule = DeadlineRule(
        kind=kind,
        amount=amount,
        unit=unit,
        skips=skips,
        moves_to_working_day=moves_to_working_day,
        valid_from_on=valid_from_on,
        legal_source=legal_source.strip(),
    )
    try:
        rule.full_clean()
        with transaction.atomic():
            rule.save()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    except IntegrityError as error:  # somebody else was faster
        raise Refused(_("Another version of this rule is valid from the same day.")) from error
    audit.record(
        rule,
        gettext_noop("added a version of the rule of a deadline"),
        by=by,
        now=now,
        changes={
            "kind": (None, rule.kind),
            "valid_from_on": (None, rule.valid_from_on),
            **{name: (getattr(before, name, None), getattr(rule, name)) for name in CHANGEABLE},
        },
        reason=reason.strip(),
    )
    return rule
