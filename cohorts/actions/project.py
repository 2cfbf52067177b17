"""Deeds on a team's project: open it, change its texts, and add, change and remove what it consists of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ManyToManyField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from applications.actions.drafts import Conflict
from applications.models import Part
from applications.models.content import Values, fingerprint, in_source, source_label, values_of
from cohorts.models import ProblemVersion, Project, ProjectPart, Team
from cohorts.models.project import CARRIED_OVER, PROBLEM, SECTIONS
from cohorts.permissions import works_in
from cohorts.permissions.project import is_closed, may_change, may_remove
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

SAVED: Mapping[str, str] = {
    Part.PROBLEM: gettext_noop("changed the problem statement"),
    Part.ANCHORING: gettext_noop("changed the anchoring"),
    Part.COMPOSITION: gettext_noop("changed the sectors"),
}
# What happened to a part of the project, by the name of its model.
ADDED: Mapping[str, str] = {
    "stakeholder": gettext_noop("added a stakeholder"),
    "force": gettext_noop("added a driver or a barrier"),
    "risk": gettext_noop("added a risk"),
    "expectedvalue": gettext_noop("added an expected value"),
    "gapnote": gettext_noop("added a note on a missing sector"),
    "logentry": gettext_noop("wrote in the log"),
    "presentation": gettext_noop("added a presentation"),
}
CHANGED: Mapping[str, str] = {
    "stakeholder": gettext_noop("changed a stakeholder"),
    "force": gettext_noop("changed a driver or a barrier"),
    "risk": gettext_noop("changed a risk"),
    "expectedvalue": gettext_noop("changed an expected value"),
    "gapnote": gettext_noop("changed a note on a missing sector"),
    "logentry": gettext_noop("changed an entry of the log"),
    "presentation": gettext_noop("changed a presentation"),
}
REMOVED: Mapping[str, str] = {
    "stakeholder": gettext_noop("removed a stakeholder"),
    "force": gettext_noop("removed a driver or a barrier"),
    "risk": gettext_noop("removed a risk"),
    "expectedvalue": gettext_noop("removed an expected value"),
    "gapnote": gettext_noop("removed a note on a missing sector"),
    "logentry": gettext_noop("removed an entry of the log"),
    "presentation": gettext_noop("removed a presentation"),
}
WHICH = gettext_noop("Which one")


@transaction.atomic
def open_project(team: Team, *, now: datetime) -> Project:
    """The team's project; the first to open it carries over what the application says, as version 1."""
    application = team.application
    said = values_of(application, CARRIED_OVER)
    project, is_new = Project.objects.get_or_create(
        team=team, defaults={**said, "made_at": now, "changed_at": now}
    )
    if is_new:
        ProblemVersion.objects.create(
            project=project,
            number=1,
            changed_by=application.submitted_by,
            changed_at=application.submitted_at or application.changed_at,
            **values_of(application, PROBLEM),
        )
    project.team = team
    return project


def _locked(project: Project) -> Project:
    """The project's row as it is now, locked to the end of the transaction: editors take turns."""
    rows = Project.objects.select_for_update(of=("self",))
    return rows.select_related("team__cohort", "team__application__lead").get(pk=project.pk)


def require_writable(project: Project, by: User) -> None:
    """Raise Refused, with the reason, unless `by` may write in the project."""
    if not works_in(by, project.team):
        raise Refused(_("Only those who take part in the team can change its project."))
    if is_closed(project.team):
        raise Refused(_("The cohort is completed, so its projects can no longer be changed."))


def touch_locked(project: Project, now: datetime) -> Project:
    """The project's row as it is now, locked; something in it changes."""
    current = _locked(project)
    _touch(current, now)
    return current


def _touch(project: Project, now: datetime) -> None:
    project.changed_at = now
    project.save(update_fields=["changed_at"])


@transaction.atomic
def save_section(
    project: Project,
    section: str,
    values: Values,
    *,
    version: str,
    by: User,
    now: datetime,
    why: str = "",
) -> None:
    """Save the texts of a section (SECTIONS), all of them; the problem becomes a new version.

    version: fingerprint of what the section said when `by` opened it. Raises Conflict when it says something
    else now (unless it says the same as `values`), and Refused to strangers and of a completed cohort.
    """
    current = _locked(project)
    require_writable(current, by)
    theirs = values_of(current, SECTIONS[section])
    if theirs == values:
        return
    if fingerprint(theirs) != version:
        raise Conflict(theirs)
    before = in_source(current, values)
    for field, value in values.items():
        setattr(current, field, value)
    current.changed_at = now
    current.save(update_fields=[*values, "changed_at"])
    if section == Part.PROBLEM:
        ProblemVersion.objects.create(
            project=current,
            number=current.problem_versions.count() + 1,
            why=why,
            changed_by=by,
            changed_at=now,
            **values,
        )
    after = in_source(current, values)
    audit.record(
        current,
        SAVED[section],
        by=by,
        now=now,
        changes={field: (before[field], after[field]) for field in values},
        reason=why,
    )


@transaction.atomic
def add_part(project: Project, model: type[ProjectPart], values: Values, *, by: User, now: datetime) -> Any:
    """Add a stakeholder, a risk, an entry of the log …, with every one of the model's NAMES."""
    current = _locked(project)
    part = model(project=current, made_by=by, made_at=now, changed_at=now)
    _require_changeable(part, current, by)
    _fill(part, values)
    _touch(current, now)
    _tell(current, ADDED, part, by=by, now=now, before=None, after=said(part))
    return part


@transaction.atomic
def change_part(part: ProjectPart, values: Values, *, version: str, by: User, now: datetime) -> None:
    """Change a part of a project.

    version: fingerprint of its values when `by` opened it. Raises Conflict when somebody else has changed it
    since, and Refused when it is gone or not theirs to change.
    """
    current = _locked(part.project)
    stored = _stored(part, current)
    _require_changeable(stored, current, by)
    theirs = stored.values()
    if theirs == values:
        return
    if fingerprint(theirs) != version:
        raise Conflict(theirs)
    before = said(stored)
    stored.changed_at = now
    _fill(stored, values)
    _touch(current, now)
    _tell(current, CHANGED, stored, by=by, now=now, before=before, after=said(stored))


@transaction.atomic
def remove_part(part: ProjectPart, *, by: User, now: datetime) -> None:
    """Take a part out of the project; the history keeps what it said."""
    current = _locked(part.project)
    stored = _stored(part, current)
    if not may_remove(by, stored, current.team):
        raise Refused(_("You cannot remove this."))
    before = said(stored)
    _touch(current, now)
    _tell(current, REMOVED, stored, by=by, now=now, before=before, after=None)
    stored.delete()


def _stored(part: ProjectPart, project: Project) -> ProjectPart:
    found = type(part).objects.filter(pk=part.pk, project=project).first()
    if found is None:
        raise Refused(_("Somebody else has removed this."))
    found.project = project
    return found


def _require_changeable(part: ProjectPart, project: Project, by: User) -> None:
    if not part.after_completion:
        require_writable(project, by)
    if not may_change(by, part, project.team):
        raise Refused(_("You cannot change this."))


def _fill(part: ProjectPart, values: Values) -> None:
    """Write the values, relations by their keys, and save the row."""
    many = {}
    for name, value in values.items():
        field = part._meta.get_field(name)
        if isinstance(field, ManyToManyField):
            many[name] = value
        else:
            setattr(part, field.attname, value)  # type: ignore[union-attr]  # it is a field of the table
    part.save()
    for name, keys in many.items():
        getattr(part, name).set(keys)


def said(part: ProjectPart) -> Values:
    """The values as the audit keeps them: choices in the source language, people and files by their names."""
    with override("en"):
        return {name: _said(part, name) for name in part.NAMES}


def _said(part: ProjectPart, name: str) -> Any:
    if isinstance(part._meta.get_field(name), ManyToManyField):
        return [str(each) for each in getattr(part, name).all()]
    display = getattr(part, f"get_{name}_display", None)
    return str(display()) if display else getattr(part, name)


def _tell(
    project: Project,
    verbs: Mapping[str, str],
    part: ProjectPart,
    *,
    by: User,
    now: datetime,
    before: Values | None,
    after: Values | None,
) -> None:
    details = {
        source_label(type(part), field): ((before or {}).get(field), (after or {}).get(field))
        for field in part.NAMES
    }
    audit.record(
        project,
        verbs[part._meta.model_name or ""],
        by=by,
        now=now,
        changes={WHICH: (None, str(part)), **details},
    )
