"""What is deleted when its time is up: the needs of a study tour, what is known of speakers, staff notes.

The timetable does it every night.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from cohorts.actions.speakers import forget_file
from cohorts.models import Session, Speaker, StaffNote, StudyTour, TourBed, TourNeeds, TourSignUp
from cohorts.states.speakers import SpeakerState
from innoskole.accounts import audit
from innoskole.accounts.models import User
from innoskole.ui import formats

TOUR = gettext_noop("What people eat and whom to call for them was deleted after the study tour")
LEAVERS = gettext_noop("Who has left the course was taken out of the study tour")
NEVER_CAME = gettext_noop("What was stored about speakers who did not come was deleted")
LONG_AGO = gettext_noop("What was stored about a speaker was deleted, but for what the programme said")
COUNT = gettext_noop("Number of people")
NOTES = gettext_noop("The notes of the staff about the teams were deleted")
NOTES_COUNT = gettext_noop("Number of notes")

# The page of the notes says so.
NOTES_KEPT_FOR = timedelta(days=182)


def forget(now: datetime, *, dry_run: bool = False) -> dict[str, int]:
    """Delete what is due; how many people, or notes, of each matter. Doing it twice deletes nothing more.

    dry_run: count, and delete nothing. The audit gets numbers and no names.
    """
    return {
        "tours": _after_tours(now, dry_run=dry_run),
        "leavers": _leavers(now, dry_run=dry_run),
        "speakers_who_did_not_come": _speakers_who_never_came(now, dry_run=dry_run),
        "speakers": _speakers_of_long_ago(now, dry_run=dry_run),
        "staff_notes": _staff_notes(now, dry_run=dry_run),
    }


def _after_tours(now: datetime, *, dry_run: bool) -> int:
    """Diets, people to call and the reasons of those who stayed at home, some days after each tour."""
    today = formats.local(now).date()
    waiting = StudyTour.objects.with_plan().filter(forgotten_at__isnull=True).order_by("pk")
    due = [tour for tour in waiting if tour.deleted_on is not None and tour.deleted_on <= today]
    return sum(_forget_tour(tour, now, dry_run=dry_run) for tour in due)


@transaction.atomic
def _forget_tour(tour: StudyTour, now: datetime, *, dry_run: bool) -> int:
    needs = TourNeeds.objects.filter(sign_up__tour=tour)
    people = needs.count()
    if dry_run:
        return people
    if not StudyTour.objects.filter(pk=tour.pk, forgotten_at__isnull=True).update(forgotten_at=now):
        return 0  # another worker was first
    needs.delete()
    tour.sign_ups.exclude(reason="").update(reason="")
    audit.record(tour, TOUR, by=None, now=now, changes={COUNT: (None, people)})
    return people


@transaction.atomic
def _leavers(now: datetime, *, dry_run: bool) -> int:
    """Who has left the course needs neither food nor a bed; the answer stays, and is marked in the lists."""
    gone = TourSignUp.objects.gone()
    rows = gone.filter(Q(needs__isnull=False) | Q(bed__isnull=False))
    numbers: dict[StudyTour, list[int]] = {}
    for row in rows.select_related("tour").order_by("tour", "pk"):
        numbers.setdefault(row.tour, []).append(row.pk)
    if not dry_run:
        for tour, keys in numbers.items():
            TourNeeds.objects.filter(sign_up__in=keys).delete()
            TourBed.objects.filter(sign_up__in=keys).update(sign_up=None)
            audit.record(tour, LEAVERS, by=None, now=now, changes={COUNT: (None, len(keys))})
    return sum(len(keys) for keys in numbers.values())


@transaction.atomic
def _speakers_who_never_came(now: datetime, *, dry_run: bool) -> int:
    due = Speaker.objects.to_delete(formats.local(now).date()).select_related("session__cohort")
    speakers = list(due.prefetch_related("files"))
    if not dry_run:
        _delete(speakers, by=None, now=now)
    return len(speakers)


@transaction.atomic
def forget_who_does_not_come(session: Session, *, by: User, now: datetime) -> None:
    """Delete those who have said no to a session, or were called off: nothing waits for them there."""
    speakers = session.speakers.filter(state__in=(SpeakerState.DECLINED, SpeakerState.WITHDRAWN))
    _delete(list(speakers.select_related("session__cohort").prefetch_related("files")), by=by, now=now)


def _delete(speakers: Sequence[Speaker], *, by: User | None, now: datetime) -> None:
    numbers = Counter(speaker.cohort for speaker in speakers)
    for speaker in speakers:
        _forget_files(speaker)
        speaker.delete()
    for cohort, people in numbers.items():
        audit.record(cohort, NEVER_CAME, by=by, now=now, changes={COUNT: (None, people)})


@transaction.atomic
def _speakers_of_long_ago(now: datetime, *, dry_run: bool) -> int:
    due = list(Speaker.objects.to_blank(formats.local(now).date()).prefetch_related("files"))
    for speaker in () if dry_run else due:
        _forget_files(speaker)
        blank = dict.fromkeys(
            ("email", "message", "fee_note", "answer_words", "biography", "material_url"), ""
        )
        Speaker.objects.filter(pk=speaker.pk).update(**blank, forgotten_at=now)
        audit.record(speaker, LONG_AGO, by=None, now=now)
    return len(due)


@transaction.atomic
def _staff_notes(now: datetime, *, dry_run: bool) -> int:
    """Half a year after a cohort is completed, in case it is opened again, its notes have served."""
    due = StaffNote.objects.filter(team__cohort__completed_at__lte=now - NOTES_KEPT_FOR)
    numbers = Counter(note.team.cohort for note in due.select_related("team__cohort__intake"))
    if not dry_run:
        due.delete()
        for cohort, notes in numbers.items():
            audit.record(cohort, NOTES, by=None, now=now, changes={NOTES_COUNT: (None, notes)})
    return numbers.total()


def _forget_files(speaker: Speaker) -> None:
    for file in speaker.files.all():
        forget_file(file)
        file.delete()
