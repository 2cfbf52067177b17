"""Deeds on the case paper: write it, and record what the political body decided."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from applications.actions.drafts import Conflict, locked, require_proven
from applications.models import Application, CasePaper, PaperLanguage, Part
from applications.models.application import RECEIVED_STATES
from applications.models.content import (
    POLITICAL,
    Values,
    fingerprint,
    in_source,
    open_parts,
    source_label,
    values_of,
)
from applications.papers.paper import READS, RECOMMENDS, TEXTS, paper_of
from applications.states import State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

CHANGED = gettext_noop("changed the case paper")
RECORDED = gettext_noop("recorded what the political body decided")
FOLLOWS = gettext_noop("as the application proposes")
FORM = gettext_noop("Language form")


@transaction.atomic
def save_paper(
    application: Application,
    language: str,
    values: Values,
    *,
    versions: Mapping[str, str],
    again: Collection[str],
    by: User,
    now: datetime,
) -> None:
    """Keep the headings that `by` has changed; the others follow the application as before.

    values: what each control of the page says (Paper.values). versions: the fingerprint of what each said
    when `by` opened the page. again: headings that shall follow the proposal again, as an empty one does.
    Raises Conflict, with what they say now, when somebody else has changed the same headings meanwhile.
    """
    current = _read(application)
    paper = paper_of(current, language)
    now_says, then_said = paper.values(), dict(versions)
    wanted = {
        name: paper.headings[name].proposed.text
        if name in again or (name in TEXTS and not values[name])
        else values[name]
        for name in values
    }
    touched = {
        name: value
        for name, value in wanted.items()
        if name in again or fingerprint({name: value}) != then_said.get(name)
    }
    theirs = {
        name: now_says[name]
        for name, value in touched.items()
        if value != now_says[name] and fingerprint({name: now_says[name]}) != then_said.get(name)
    }
    if theirs:
        raise Conflict(theirs)
    kept = {
        name: value if name == RECOMMENDS or value != paper.headings[name].proposed.text else ""
        for name, value in touched.items()
    }
    saved = paper.saved or CasePaper(application=current, language=language)
    before = values_of(saved, kept)
    if before == kept:
        return
    for name, value in kept.items():
        setattr(saved, name, value)
    saved.changed_by, saved.changed_at = by, now
    saved.save()
    with override("en"):
        form = str(PaperLanguage(language).label)
    changes = {
        source_label(CasePaper, name): (before[name] or _nothing(name), kept[name] or _nothing(name))
        for name in kept
    }
    audit.record(current, CHANGED, by=by, now=now, changes={FORM: (None, form), **changes})


def _nothing(name: str) -> Any:
    return False if name == RECOMMENDS else FOLLOWS


def _read(application: Application) -> Application:
    """The application with all that a paper reads, its row locked: editors take turns."""
    locked(application)
    rows = Application.objects.select_related("intake", "lead", "coordinator").prefetch_related(*READS)
    return rows.get(pk=application.pk)


def require_recordable(application: Application, now: datetime) -> None:
    """Raise Refused, with the reason, unless an outcome is recorded here and not in the step «Anchoring»."""
    if Part.ANCHORING in open_parts(application, now):
        raise Refused(_("The application is open. Fill in the treatment under “Anchoring”."))
    if application.state == State.AWAITING_APPROVAL:
        raise Refused(
            _("The application waits for the guarantee. Record the outcome when the application is received.")
        )
    if application.state not in RECEIVED_STATES or application.state == State.REJECTED:
        raise Refused(_("The application takes no part in the intake, so no outcome is recorded."))


@transaction.atomic
def record_outcome(
    application: Application, values: Values, *, version: str, by: User, now: datetime
) -> None:
    """Write down what the political body decided on an application that has been sent in.

    values: every field of content.POLITICAL. What was sent in, its receipt and the guarantee stay as they
    are: see docs/decisions/0107. Raises Refused unproven and where it is no place for it, and Conflict when
    somebody else has recorded something since `by` opened the page with `version`.
    """
    current = locked(application)
    require_recordable(current, now)
    require_proven(current, by)
    theirs = values_of(current, POLITICAL)
    if theirs == values:
        return
    if fingerprint(theirs) != version:
        raise Conflict(theirs)
    before = in_source(current, POLITICAL)
    for field, value in values.items():
        setattr(current, field, value)
    current.changed_at = now
    current.save(update_fields=[*values, "changed_at"])
    after = in_source(current, POLITICAL)
    audit.record(
        current,
        RECORDED,
        by=by,
        now=now,
        changes={field: (before[field], after[field]) for field in POLITICAL},
    )
