"""Deeds on a team's public page: write it, agree or object to it, take it down and allow it again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from applications.actions.drafts import Conflict
from applications.models.content import Values, in_source
from cohorts.actions.project import touch_locked
from cohorts.emails import dissemination as emails
from cohorts.models import LibraryEntry, PageAnswer, Participant, Project
from cohorts.models.dissemination import CONTENT
from cohorts.permissions import teaches, works_in
from cohorts.permissions.project import answers_for_municipality
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

WRITTEN = gettext_noop("wrote the public page")
CHANGED = gettext_noop("changed the public page")
AGREED = gettext_noop("agreed that the page is public")
OBJECTED = gettext_noop("objected to the page being public")
MUNICIPALITY_AGREED = gettext_noop("agreed for the municipality that the page is public")
MUNICIPALITY_OBJECTED = gettext_noop("said no for the municipality to the page being public")
TAKEN_DOWN = gettext_noop("took the page down")
ALLOWED_AGAIN = gettext_noop("allowed the page again")


@transaction.atomic
def save_page(project: Project, values: Values, *, version: str, by: User, now: datetime) -> LibraryEntry:
    """Write what the public may read: every field of CONTENT. A yes to what stood there before is void.

    version: digest of what stood there when `by` opened the page; empty for a first one. Raises Conflict,
    with what stands there now, when somebody else has changed it since.
    """
    current = touch_locked(project, now)
    if not works_in(by, current.team):
        raise Refused(_("Only those who take part in the team can change its project."))
    entry = _entry(current)
    is_new = entry is None
    if entry is None:
        application = current.team.application
        entry = LibraryEntry(
            project=current,
            reference=current.team.reference,
            municipality=application.lead,
            year=current.team.cohort.intake.year,
            made_at=now,
        )
    elif entry.content() == values:
        return entry
    elif entry.digest != version:
        raise Conflict(entry.content())
    before = dict.fromkeys(CONTENT) if is_new else _said(entry)
    for field, value in values.items():
        setattr(entry, field, value)
    entry.changed_at = now
    entry.refresh(now.date())
    entry.save()
    emails.recall_question(entry, now=now)
    after = _said(entry)
    audit.record(
        entry,
        WRITTEN if is_new else CHANGED,
        by=by,
        now=now,
        changes={field: (before[field], after[field]) for field in CONTENT},
    )
    return entry


def _said(entry: LibraryEntry) -> Values:
    """The content as the audit keeps it: sectors and language by their names in the source language."""
    with override("en"):
        return {**in_source(entry, CONTENT), "sectors": entry.sector_names}


def _entry(project: Project) -> LibraryEntry | None:
    return LibraryEntry.objects.with_names().filter(project=project).first()


def _locked(entry: LibraryEntry) -> LibraryEntry:
    """The page's row as it is now, locked to the end of the transaction: answers are counted one by one."""
    rows = LibraryEntry.objects.select_for_update(of=("self",))
    return rows.select_related(
        "municipality", "project__team__cohort__intake", "project__team__application__coordinator"
    ).get(pk=entry.pk)


def _require_seen(entry: LibraryEntry, digest: str) -> None:
    """Nobody agrees to something that they have not seen."""
    if entry.digest != digest:
        raise Refused(_("The page has been changed since you opened it. Read it again before you agree."))


@transaction.atomic
def agree(entry: LibraryEntry, *, digest: str, by: User, now: datetime) -> None:
    """One of the team says yes to what stands on the page. When the team agrees, the municipality is asked.

    digest: of what `by` has seen. Raises Refused when the page says something else now.
    """
    current = _locked(entry)
    _require_seen(current, digest)
    asked_before = _agreed_by_team(current)
    _answer(current, _participant(current, by), agrees=True, by=by, now=now)
    audit.record(current, AGREED, by=by, now=now)
    if not asked_before and _agreed_by_team(current):
        _tell_or_ask(current, now=now)


@transaction.atomic
def object_to(entry: LibraryEntry, *, by: User, now: datetime) -> None:
    """One of the team says no: the page is not public from this moment, until they say yes."""
    current = _locked(entry)
    _answer(current, _participant(current, by), agrees=False, by=by, now=now)
    emails.recall_question(current, now=now)
    audit.record(current, OBJECTED, by=by, now=now)


@transaction.atomic
def agree_for_municipality(entry: LibraryEntry, *, digest: str, by: User, now: datetime) -> None:
    """Somebody proven for the municipality, and not in the team, says yes: the page is public.

    Raises Refused to others, and when the page says something else than what `by` has seen.
    """
    current = _locked(entry)
    _require_municipality(current, by)
    _require_seen(current, digest)
    _answer(current, None, agrees=True, by=by, now=now)
    audit.record(current, MUNICIPALITY_AGREED, by=by, now=now)
    if LibraryEntry.objects.public().filter(pk=current.pk).exists():
        emails.page_is_public(current, now=now)


@transaction.atomic
def object_for_municipality(entry: LibraryEntry, *, by: User, now: datetime) -> None:
    """Somebody proven for the municipality says no: the page is not public from this moment."""
    current = _locked(entry)
    _require_municipality(current, by)
    was_public = LibraryEntry.objects.public().filter(pk=current.pk).exists()
    _answer(current, None, agrees=False, by=by, now=now)
    emails.recall_question(current, now=now)
    audit.record(current, MUNICIPALITY_OBJECTED, by=by, now=now)
    emails.municipality_said_no(current, was_public=was_public, now=now)


@transaction.atomic
def take_down(entry: LibraryEntry, *, reason: str, by: User, now: datetime) -> None:
    """The school takes a page down at once, whoever has agreed; team and contact person are told why."""
    current = _locked(entry)
    _require_staff(current, by)
    if current.unpublished_at is not None:
        raise Refused(_("The page is taken down already."))
    current.unpublished_at, current.unpublished_by, current.unpublished_reason = now, by, reason
    current.save(update_fields=["unpublished_at", "unpublished_by", "unpublished_reason"])
    audit.record(current, TAKEN_DOWN, by=by, now=now, reason=reason)
    emails.page_taken_down(current, now=now)


@transaction.atomic
def allow_again(entry: LibraryEntry, *, by: User, now: datetime) -> None:
    """The school lets a page that it took down be public again, as far as the others agree."""
    current = _locked(entry)
    _require_staff(current, by)
    if current.unpublished_at is None:
        raise Refused(_("The page has not been taken down."))
    current.unpublished_at, current.unpublished_by, current.unpublished_reason = None, None, ""
    current.save(update_fields=["unpublished_at", "unpublished_by", "unpublished_reason"])
    audit.record(current, ALLOWED_AGAIN, by=by, now=now)
    emails.page_allowed_again(current, now=now)


def _participant(entry: LibraryEntry, by: User) -> Participant:
    assert entry.project is not None
    found = Participant.objects.of(by).present().filter(team=entry.project.team_id).first()
    if found is None:
        raise Refused(_("Only those who take part in the team can change its project."))
    return found


def _require_municipality(entry: LibraryEntry, by: User) -> None:
    if not answers_for_municipality(by, entry):
        raise Refused(
            _("Somebody who may act for %(municipality)s, and is not in the team, must answer.")
            % {"municipality": entry.municipality}
        )


def _require_staff(entry: LibraryEntry, by: User) -> None:
    if entry.project is None or not teaches(by, entry.project.team.cohort):
        raise Refused(_("Only the staff of the cohort can do this."))


def _answer(
    entry: LibraryEntry, participant: Participant | None, *, agrees: bool, by: User, now: datetime
) -> None:
    PageAnswer.objects.update_or_create(
        entry=entry,
        participant=participant,
        defaults={"agrees": agrees, "digest": entry.digest, "answered_by": by, "answered_at": now},
    )


def _agreed_by_team(entry: LibraryEntry) -> bool:
    return LibraryEntry.objects.agreed_by_team().filter(pk=entry.pk).exists()


def _tell_or_ask(entry: LibraryEntry, *, now: datetime) -> None:
    """The municipality may have said yes to the very same before; else it is asked."""
    if LibraryEntry.objects.public().filter(pk=entry.pk).exists():
        emails.page_is_public(entry, now=now)
    elif not LibraryEntry.objects.agreed_by_municipality().filter(pk=entry.pk).exists():
        emails.ask_municipality(entry, now=now)
