"""The school prepares the tour and its itinerary, and opens the sign-up."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.models.content import Values, fingerprint
from cohorts.emails import study_tour as letters
from cohorts.models import Cohort, Participant, StudyTour, TourEntry
from cohorts.permissions import administers
from cohorts.permissions.study_tour import organises
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

MADE = gettext_noop("prepared the study tour")
CHANGED = gettext_noop("changed the study tour")
OPENED = gettext_noop("opened the sign-up for the study tour")
ENTRY = gettext_noop("changed the itinerary")
EXPORTED = gettext_noop("exported a list of the study tour")
LOOKED = gettext_noop("read with names what people eat and whom to call")
ITINERARY = gettext_noop("Itinerary")
LEADERS = gettext_noop("Tour leaders")
TOLD = gettext_noop("Number of people told")

FIELDS = ("session", "destination", "about", "cost", "asked", "sign_up_closes_at", "kept_days")
ENTRY_FIELDS = ("held_on", "starts", "title", "place", "about")


def version_of(tour: StudyTour) -> str:
    """The fingerprint of what the tour says now."""
    said = {field: getattr(tour, field) for field in FIELDS}
    said["session"], said["sign_up_closes_at"] = tour.session_id, tour.sign_up_closes_at.timestamp()
    return fingerprint({**said, "leaders": sorted(tour.leaders.values_list("pk", flat=True))})


@transaction.atomic
def save_tour(cohort: Cohort, values: Values, *, version: str, by: User, now: datetime) -> StudyTour:
    """Prepare the tour of a cohort, or change it; nobody is told.

    values: FIELDS, and leaders (instructors of the cohort). version: of what `by` had before them, empty when
    there was no tour. Raises Refused when a colleague was first, for a session that is none, and for a
    deadline that has passed or comes after the tour has begun.
    """
    _require_administrator(by)
    tour = StudyTour.objects.select_for_update(of=("self",)).filter(cohort=cohort).first()
    if (version_of(tour) if tour else "") != version:
        raise Refused(_("A colleague has changed this since you opened the page. Look at it again."))
    fields = {name: values[name] for name in FIELDS}
    session, leaders = values["session"], list(values["leaders"])
    if session.cohort_id != cohort.pk:
        raise Refused(_("Choose a session of this cohort."))
    teaching = set(cohort.instructors.values_list("user", flat=True))
    if any(leader.pk not in teaching for leader in leaders):
        raise Refused(_("Only instructors of the cohort can lead its tour."))
    closes_at: datetime = values["sign_up_closes_at"]
    if (tour is None or tour.sign_up_closes_at != closes_at) and closes_at <= now:
        raise Refused(_("The sign-up must close later than now."))
    days = [day.starts_at for day in session.days.all()]
    if days and closes_at >= min(days):
        raise Refused(_("The deadline for signing up must come before the tour."))
    if tour is None:
        made = StudyTour.objects.create(cohort=cohort, made_at=now, **fields)
        made.leaders.set(leaders)
        audit.record(made, MADE, by=by, now=now)
        return made
    before, led = {name: getattr(tour, name) for name in FIELDS}, list(tour.leaders.all())
    for name, value in fields.items():
        setattr(tour, name, value)
    tour.save(update_fields=list(fields))
    tour.leaders.set(leaders)
    changes: dict[str, tuple[Any, Any]] = {name: (before[name], fields[name]) for name in FIELDS}
    changes[LEADERS] = (_names(led), _names(leaders))
    audit.record(tour, CHANGED, by=by, now=now, changes=changes)
    return tour


@transaction.atomic
def open_sign_up(tour: StudyTour, *, by: User, now: datetime) -> None:
    """Let everybody of the cohort sign up, and tell each of them; a second click tells nobody."""
    _require_administrator(by)
    current = locked(tour)
    if current.sign_up_closes_at <= now:
        raise Refused(_("The deadline for signing up has passed. Set a new one first."))
    opened = StudyTour.objects.filter(pk=tour.pk, opened_at__isnull=True).update(opened_at=now)
    if not opened:
        raise Refused(_("The sign-up is open already."))
    people = list(everybody(current))
    for participant in people:
        letters.opened(current, participant, now=now)
    audit.record(current, OPENED, by=by, now=now, changes={TOLD: (None, len(people))})


def everybody(tour: StudyTour) -> "list[Participant]":
    """Those of the cohort who take part now, with names and accounts."""
    rows = Participant.objects.filter(team__cohort=tour.cohort).present()
    return list(rows.with_names().in_order())


@transaction.atomic
def add_entry(tour: StudyTour, values: Values, *, by: User, now: datetime) -> TourEntry:
    """Add a line to the itinerary; values: ENTRY_FIELDS. Raises Refused outside the days of the tour."""
    current = _open_itinerary(tour, values, by)
    entry = TourEntry.objects.create(tour=current, **values)
    audit.record(current, ENTRY, by=by, now=now, changes={ITINERARY: (None, entry.title)})
    return entry


@transaction.atomic
def change_entry(entry: TourEntry, values: Values, *, by: User, now: datetime) -> None:
    """Change a line of the itinerary; values: ENTRY_FIELDS."""
    current = _open_itinerary(entry.tour, values, by)
    stored = TourEntry.objects.select_for_update().get(pk=entry.pk)
    before = stored.title
    for name in ENTRY_FIELDS:
        setattr(stored, name, values[name])
    stored.save()
    audit.record(current, ENTRY, by=by, now=now, changes={ITINERARY: (before, stored.title)})


@transaction.atomic
def remove_entry(entry: TourEntry, *, by: User, now: datetime) -> None:
    """Take a line out of the itinerary. A second click finds nothing and changes nothing."""
    current = locked(entry.tour)
    _require_organiser(current, by)
    stored = current.entries.filter(pk=entry.pk).first()
    if stored is not None:
        stored.delete()
        audit.record(current, ENTRY, by=by, now=now, changes={ITINERARY: (stored.title, None)})


@transaction.atomic
def record_export(tour: StudyTour, *, file_name: str, rows: int, by: User, now: datetime) -> None:
    """Write down that a person took a list of the tour out of the program, and which one."""
    _require_organiser(tour, by)
    changes = {gettext_noop("File"): ("", file_name), gettext_noop("Rows"): ("", rows)}
    audit.record(tour, EXPORTED, by=by, now=now, changes=changes)


@transaction.atomic
def record_look(tour: StudyTour, *, by: User, now: datetime) -> None:
    """Write down that a person has read, with names, what people eat and whom to call for them."""
    _require_organiser(tour, by)
    audit.record(tour, LOOKED, by=by, now=now)


def locked(tour: StudyTour) -> StudyTour:
    """The tour under lock, so that of two deeds on its rooms or answers one waits for the other."""
    return StudyTour.objects.select_for_update(of=("self",)).with_plan().get(pk=tour.pk)


def _open_itinerary(tour: StudyTour, values: Values, by: User) -> StudyTour:
    current = locked(tour)
    _require_organiser(current, by)
    first, last = current.first_on, current.last_on
    if first is not None and last is not None and not first <= values["held_on"] <= last:
        raise Refused(_("The date must be one of the tour's days."))
    return current


def _require_administrator(by: User) -> None:
    if not administers(by):
        raise Refused(_("Only course administrators can do this."))


def _require_organiser(tour: StudyTour, by: User) -> None:
    if not organises(by, tour):
        raise Refused(_("Only those who organise the tour can do this."))


def _names(people: list[User]) -> str:
    return ", ".join(sorted(str(person) for person in people))
