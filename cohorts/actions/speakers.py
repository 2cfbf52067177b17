"""Deeds on speakers from outside: the school asks, the speaker answers without an account. Decision 0122."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.models.content import Values, fingerprint
from applications.uploads import Upload
from cohorts.actions.moves import move
from cohorts.emails import speakers as letters
from cohorts.models import Session, Speaker, SpeakerFile
from cohorts.models.speakers import MOST_FILES
from cohorts.permissions import teaches
from cohorts.states.speakers import AWAITED, EXPECTED, SpeakerState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

INVITED = gettext_noop("invited a speaker")
INVITED_AGAIN = gettext_noop("sent the invitation to the speaker again")
CHANGED = gettext_noop("changed what the speaker is asked for")
CONFIRMED = gettext_noop("said yes to speaking")
DECLINED = gettext_noop("said no to speaking")
WITHDRAWN = gettext_noop("withdrew the invitation to the speaker")
SENT = gettext_noop("sent material")
REMOVED = gettext_noop("took back all material")
RECEIVED = gettext_noop("noted that the speaker's material has come in another way")
THANKED = gettext_noop("thanked the speaker")
THE_SPEAKER = gettext_noop("The speaker")
NEW = gettext_noop("a new one")

# What stands in the plan, and may stand in the history; what is known of the person is left out of it.
PLAN_FIELDS = ("session", "day", "starts", "ends", "title", "answer_by_on", "material_by_on")
PERSON_FIELDS = ("name", "organisation", "email", "language", "message", "fee_note")
FIELDS = (*PLAN_FIELDS, *PERSON_FIELDS)
# Of these the speaker is told when they change.
TOLD_FIELDS = ("session", "day", "starts", "ends", "title", "email")


def version_of(speaker: Speaker) -> str:
    """The fingerprint of what the speaker is asked for now."""
    said = {field: str(getattr(speaker, field)) for field in FIELDS}
    return fingerprint({**said, "session": speaker.session_id, "day": speaker.day_id})


@transaction.atomic
def invite(session: Session, values: Values, *, by: User, now: datetime) -> Speaker:
    """Ask somebody to contribute, by mail. values: all of FIELDS but the session.

    Raises Refused for a day of another session, a day for the answer that has passed, and when the same
    person has been asked for the same already.
    """
    _require_staff(session, by)
    _require_plan(session, values, now)
    speaker = Speaker(session=session, **values, invited_by=by, invited_at=now)
    _store(speaker)
    audit.record(speaker, INVITED, by=by, now=now, changes={"title": (None, speaker.title)})
    letters.invitation(speaker, now=now)
    return speaker


@transaction.atomic
def change(speaker: Speaker, values: Values, *, version: str, by: User, now: datetime) -> Speaker:
    """Change what the speaker is asked for; values: all of FIELDS, version: of what `by` had before them.

    The speaker is told when something that concerns them is new. A new address makes the old link void.
    """
    stored = _locked(speaker, by)
    if stored.state not in AWAITED:
        raise Refused(_("This can be changed only while the speaker is asked, or has said yes."))
    if version_of(stored) != version:
        raise Refused(_("A colleague has changed this since you opened the page. Look at it again."))
    session = values["session"]
    if session.cohort_id != stored.session.cohort_id:
        raise Refused(_("Choose a session of this cohort."))
    _require_plan(session, values, now if values["answer_by_on"] != stored.answer_by_on else None)
    before = {field: getattr(stored, field) for field in FIELDS}
    for field in FIELDS:
        setattr(stored, field, values[field])
    _store(stored)
    after = {field: getattr(stored, field) for field in FIELDS}
    changes: dict[str, tuple[Any, Any]] = {field: (before[field], after[field]) for field in PLAN_FIELDS}
    changes |= {field: (None, NEW) for field in PERSON_FIELDS if before[field] != after[field]}
    audit.record(stored, CHANGED, by=by, now=now, changes=changes)
    if any(before[field] != after[field] for field in TOLD_FIELDS):
        _tell(stored, now)
    return stored


@transaction.atomic
def invite_again(speaker: Speaker, *, answer_by_on: date, by: User, now: datetime) -> None:
    """Send the same link once more, also to somebody who has said no or was called off.

    Raises Refused when the day has passed, and for somebody who has said yes.
    """
    stored = _locked(speaker, by)
    _require_day_ahead(answer_by_on, now)
    if stored.is_over(formats.local(now).date()):
        raise Refused(_("The session is over, so nobody can be asked to speak at it."))
    fields: Values = {"invited_at": now, "invited_by": by, "answer_by_on": answer_by_on}
    if stored.state == SpeakerState.INVITED:
        before = stored.answer_by_on
        for name, value in fields.items():
            setattr(stored, name, value)
        stored.save(update_fields=list(fields))
        audit.record(stored, INVITED_AGAIN, by=by, now=now, changes={"answer_by_on": (before, answer_by_on)})
    else:
        move(
            stored,
            SpeakerState.INVITED,
            verb=INVITED_AGAIN,
            by=by,
            now=now,
            answered_at=None,
            answer_words="",
            **fields,
        )
    letters.recall(stored, now=now)
    letters.invitation(stored, now=now)


@transaction.atomic
def withdraw(speaker: Speaker, *, reason: str, by: User, now: datetime) -> None:
    """Take the invitation back, and tell the speaker why. Raises Refused when the day has passed."""
    stored = _locked(speaker, by)
    if stored.is_over(formats.local(now).date()):
        raise Refused(_("The session is over, so the invitation cannot be withdrawn."))
    move(stored, SpeakerState.WITHDRAWN, verb=WITHDRAWN, by=by, now=now, reason=reason.strip())
    letters.recall(stored, now=now)
    letters.withdrawn(stored, reason=reason.strip(), now=now)


@transaction.atomic
def note_material(speaker: Speaker, *, by: User, now: datetime) -> None:
    """The material has come by mail or on a stick, so nobody need be reminded of it."""
    move(_locked(speaker, by), SpeakerState.MATERIAL, verb=RECEIVED, by=by, now=now, material_at=now)


@transaction.atomic
def thank(speaker: Speaker, *, words: str, by: User, now: datetime) -> None:
    """Thank the speaker by mail, once. Raises Refused before the day of the contribution."""
    stored = _locked(speaker, by)
    if not stored.has_contributed(now):
        raise Refused(_("The speaker is thanked when the contribution has been held."))
    move(stored, SpeakerState.THANKED, verb=THANKED, by=by, now=now, thanked_at=now)
    letters.thanks(stored, words=words.strip(), now=now)


# --- When the session itself moves -----------------------------------------------------------------


def whereabouts(session: Session) -> dict[int, object]:
    """Speaker → when and where, of all who are awaited: read before a session is moved."""
    return {row.pk: row.whereabouts for row in session.speakers.awaited().with_plan()}


def tell_of_move(session: Session, before: Mapping[int, object], *, now: datetime) -> None:
    """Tell each speaker for whom another day or place holds than `before`; nobody whose day has passed."""
    today = formats.local(now).date()
    for speaker in session.speakers.awaited().with_plan():
        if before.get(speaker.pk) != speaker.whereabouts and not speaker.is_over(today):
            _tell(speaker, now)


# --- The speaker, behind the link -------------------------------------------------------------------


@transaction.atomic
def answer(speaker: Speaker, *, accepted: bool, words: str, now: datetime) -> Speaker:
    """Say yes or no. The same answer twice changes nothing; who has said yes can still say no.

    Raises Refused when the link has closed, the contribution has been held or the school has called it off.
    """
    stored = _own(speaker, now)
    if (accepted and stored.state in EXPECTED) or (not accepted and stored.state == SpeakerState.DECLINED):
        return stored  # the same click twice
    if stored.state not in AWAITED:
        raise Refused(_("Your answer is recorded already. Write to the school to change it."))
    if stored.is_over(formats.local(now).date()):
        raise Refused(_("The session is over, so there is nothing to answer any more."))
    move(
        stored,
        SpeakerState.CONFIRMED if accepted else SpeakerState.DECLINED,
        verb=CONFIRMED if accepted else DECLINED,
        by=None,
        by_label=THE_SPEAKER,
        now=now,
        answered_at=now,
        answer_words=words.strip(),
    )
    letters.answered(stored, now=now)
    return stored


@transaction.atomic
def send_material(
    speaker: Speaker, uploads: Sequence[Upload], *, url: str, biography: str, now: datetime
) -> Speaker:
    """Keep files, a link and a biography of somebody who has said yes; the same file is kept once.

    With the first file or link the material has come. Raises Refused for too many files.
    """
    stored = _own(speaker, now)
    if stored.state not in (*EXPECTED, SpeakerState.THANKED):
        raise Refused(_("Say yes first: material belongs to a contribution that takes place."))
    known = set(stored.files.values_list("digest", flat=True))
    new = [
        upload
        for upload in {upload.digest: upload for upload in uploads}.values()
        if upload.digest not in known
    ]
    if len(known) + len(new) > MOST_FILES:
        raise Refused(_("There can be at most %(count)s files.") % {"count": MOST_FILES})
    is_new_link = url != stored.material_url
    stored.material_url, stored.biography = url, biography.strip()
    stored.save(update_fields=["material_url", "biography"])
    for upload in new:
        _keep(stored, upload, now)
    if not (known or new or url):
        _nothing_left(stored, now)
        return stored
    if not new and not (is_new_link and url):
        return stored  # only the biography is new
    if stored.state == SpeakerState.CONFIRMED:
        move(
            stored, SpeakerState.MATERIAL, verb=SENT, by=None, by_label=THE_SPEAKER, now=now, material_at=now
        )
    else:
        audit.record(stored, SENT, by=None, by_label=THE_SPEAKER, now=now)
    letters.material(stored, now=now)
    return stored


@transaction.atomic
def remove_file(speaker: Speaker, pk: int, *, now: datetime) -> Speaker:
    """Take a file back; a second click finds nothing and changes nothing."""
    stored = _own(speaker, now)
    for file in stored.files.filter(pk=pk):
        forget_file(file)
        file.delete()
    if not stored.material_url and not SpeakerFile.objects.filter(speaker=stored).exists():
        _nothing_left(stored, now)
    return stored


def forget_file(file: SpeakerFile) -> None:
    """Delete the file itself when the transaction has committed."""
    storage, name = file.file.storage, str(file.file.name)
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def _nothing_left(speaker: Speaker, now: datetime) -> None:
    if speaker.state == SpeakerState.MATERIAL:
        move(
            speaker,
            SpeakerState.CONFIRMED,
            verb=REMOVED,
            by=None,
            by_label=THE_SPEAKER,
            now=now,
            material_at=None,
        )


def _keep(speaker: Speaker, upload: Upload, now: datetime) -> None:
    file = SpeakerFile(
        speaker=speaker,
        original_name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
        uploaded_at=now,
    )
    file.file.save(upload.name, upload.file, save=False)
    try:
        with transaction.atomic():
            file.save()
    except IntegrityError:
        file.file.storage.delete(str(file.file.name))
        raise


def _store(speaker: Speaker) -> None:
    try:
        with transaction.atomic():
            speaker.save()
    except IntegrityError as clash:
        if not Speaker.objects.filter(
            session=speaker.session, email=speaker.email, title=speaker.title
        ).exists():
            raise
        raise Refused(
            _("%(email)s has been asked for «%(title)s» at this session already.")
            % {"email": speaker.email, "title": speaker.title}
        ) from clash


def _tell(speaker: Speaker, now: datetime) -> None:
    """What holds now, instead of a letter that has not left: the invitation as long as there is no answer."""
    letters.recall(speaker, now=now)
    tell = letters.invitation if speaker.state == SpeakerState.INVITED else letters.changed
    tell(speaker, now=now)


def _locked(speaker: Speaker, by: User) -> Speaker:
    """The row under lock, for somebody who teaches in the cohort."""
    stored = Speaker.objects.select_for_update(of=("self",)).with_plan().get(pk=speaker.pk)
    _require_staff(stored.session, by)
    return stored


def _own(speaker: Speaker, now: datetime) -> Speaker:
    """The row under lock, for the speaker behind the link."""
    stored = Speaker.objects.select_for_update(of=("self",)).with_plan().filter(pk=speaker.pk).first()
    if stored is None or stored.email != speaker.email or not stored.is_open(now):
        raise Refused(_("This link does not work any more. Write to the school."))
    return stored


def _require_staff(session: Session, by: User) -> None:
    if not teaches(by, session.cohort):
        raise Refused(_("Only the cohort's instructors and course administrators can do this."))


def _require_plan(session: Session, values: Values, now: datetime | None) -> None:
    """now: None where the day for the answer is as it was."""
    day = values["day"]
    if day is not None and day.session_id != session.pk:
        raise Refused(_("The day is not one of the session's."))
    if now is not None:
        _require_day_ahead(values["answer_by_on"], now)
        held_on = day.held_on if day is not None else max(session.dates, default=None)
        if held_on is not None and values["answer_by_on"] > held_on:
            raise Refused(_("The day for the answer must not come after the contribution."))


def _require_day_ahead(day: date, now: datetime) -> None:
    if day < formats.local(now).date():
        raise Refused(_("The day for the answer must not have passed."))
