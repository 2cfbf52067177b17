"""Deeds on a draft: start it, keep what is typed, save a part, take it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.models import (
    ApplicantMunicipality,
    Application,
    Intake,
    LateFilling,
    MunicipalityRole,
    Part,
    Season,
    StepDraft,
)
from applications.models.content import FIELDS, Values, in_source, open_parts, values_of, version_from
from applications.permissions import may_submit
from applications.states import PartnerState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Affiliation, User
from innoskole.municipalities.models import Municipality

STARTED = gettext_noop("started the application")
TAKEN_OVER = gettext_noop("became the contact person")
SAVED: Mapping[str, str] = {
    Part.MUNICIPALITY: gettext_noop("saved “Municipality and partners”"),
    Part.PROBLEM: gettext_noop("saved “Problem statement”"),
    Part.ANCHORING: gettext_noop("saved “Anchoring”"),
    Part.COMPOSITION: gettext_noop("saved “Composition of the team”"),
}

# «IS-2027H-0042»: H for høst (autumn), V for vår (spring).
SEASON_LETTERS = {Season.AUTUMN: "H", Season.SPRING: "V"}


class Conflict(Exception):
    """Somebody else has saved the same part meanwhile; `theirs` is what it says now."""

    def __init__(self, theirs: Values) -> None:
        super().__init__("The part has been changed by somebody else.")
        self.theirs = theirs


@dataclass(frozen=True)
class Started:
    """The municipality's application in the intake, and whether it was started just now."""

    application: Application
    is_new: bool


@transaction.atomic
def start_application(intake: Intake, municipality: Municipality, *, by: User, now: datetime) -> Started:
    """Start a draft; whoever comes second is given the application that exists.

    The constraint on ApplicantMunicipality decides who is first («Det kan sendes inntil én søknad pr
    kommune»). Raises Refused when the intake is closed or `by` does not even claim to act for it.
    """
    late_filling = None if intake.accepts_at(now) else intake.late_filling_at(now)
    if late_filling is None and not intake.accepts_at(now):
        raise Refused(_("The intake does not accept applications now."))
    if not municipality.was_valid_on(intake.register_on):
        raise Refused(
            _("%(municipality)s is not among the municipalities of this intake.")
            % {"municipality": municipality}
        )
    claim = Affiliation.objects.filter(user=by, municipality=municipality)
    if not claim.exclude(state=Affiliation.State.REJECTED).exists():
        raise Refused(
            _("The school has not approved that you act for %(municipality)s.")
            % {"municipality": municipality}
        )
    if existing := spender(intake, municipality):
        return Started(existing, is_new=False)
    try:
        with transaction.atomic():
            application = _create(intake, municipality, late_filling, by, now)
    except IntegrityError:
        if existing := spender(intake, municipality):
            return Started(existing, is_new=False)
        raise
    return Started(application, is_new=True)


def spender(intake: Intake, municipality: Municipality) -> Application | None:
    """The application on which the municipality has spent its right in this intake, as lead or partner."""
    part = (
        ApplicantMunicipality.objects.filter(intake=intake, municipality=municipality, spends=True)
        .select_related("application__intake", "application__lead", "application__coordinator")
        .first()
    )
    return part.application if part else None


def _create(
    intake: Intake, municipality: Municipality, late_filling: LateFilling | None, by: User, now: datetime
) -> Application:
    application = Application.objects.create(
        intake=intake,
        reference=_next_reference(intake),
        lead=municipality,
        late_filling=late_filling,
        coordinator=by,
        created_at=now,
        changed_at=now,
    )
    ApplicantMunicipality.objects.create(
        application=application,
        intake=intake,
        municipality=municipality,
        role=MunicipalityRole.LEAD,
        state=PartnerState.CONFIRMED,
        spends=True,
        asked_at=now,
        answered_at=now,
        answered_name=by.name,
    )
    audit.record(application, STARTED, by=by, now=now, changes={"lead": (None, municipality)})
    return application


def _next_reference(intake: Intake) -> str:
    """The UPDATE locks the intake's row, so that no number is given twice."""
    Intake.objects.filter(pk=intake.pk).update(last_number=F("last_number") + 1)
    number = Intake.objects.values_list("last_number", flat=True).get(pk=intake.pk)
    return f"IS-{intake.year}{SEASON_LETTERS[Season(intake.season)]}-{number:04d}"


def locked(application: Application) -> Application:
    """The application's row as it is now, locked to the end of the transaction: editors take turns."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("intake", "lead", "coordinator")
        .get(pk=application.pk)
    )


def require_open(application: Application, part: str, now: datetime) -> None:
    """Raise Refused, with the reason, unless the part may be changed at `now`."""
    if part in open_parts(application, now):
        return
    if application.state == State.DRAFT:
        raise Refused(_("The deadline has passed. The application can no longer be changed."))
    if application.state in (State.AWAITING_APPROVAL, State.SUBMITTED) and application.accepts_at(now):
        raise Refused(_("The application has been sent in. Reopen it if you want to change it."))
    if application.state == State.INFORMATION_REQUESTED:
        raise Refused(_("Only the parts that the school has asked about can be changed, until its deadline."))
    raise Refused(_("The application can no longer be changed."))


def require_proven(application: Application, by: User) -> None:
    """Raise Refused unless the school knows that `by` acts for the lead municipality."""
    if not may_submit(by, application):
        raise Refused(
            _(
                "The school must confirm that you act for %(municipality)s before you can do this."
                " You get an e-mail when it has."
            )
            % {"municipality": application.lead}
        )


def touch(application: Application, now: datetime) -> None:
    """Note that something in the application has changed."""
    application.changed_at = now
    application.save(update_fields=["changed_at"])


@transaction.atomic
def keep_draft(
    application: Application, step: str, data: Mapping[str, Any], *, part: str, by: User, now: datetime
) -> StepDraft:
    """Keep what somebody has typed in a step, valid or not, until they save or discard it."""
    require_open(application, part, now)
    draft, _is_new = StepDraft.objects.update_or_create(
        application=application, user=by, step=step, defaults={"data": dict(data), "saved_at": now}
    )
    return draft


def discard_draft(application: Application, step: str, *, by: User) -> None:
    """Throw away what this person has typed in a step and not saved."""
    StepDraft.objects.filter(application=application, user=by, step=step).delete()


@transaction.atomic
def save_part(
    application: Application, part: str, values: Values, *, version: str, by: User, now: datetime
) -> None:
    """Save a part's own fields, all of them, and drop the draft of it that `by` had.

    `version`: content.version_of what the part said when `by` opened it. Raises Conflict when it says
    something else now (unless it says the same as `values`), and Refused when the part is not open.
    """
    current = locked(application)
    require_open(current, part, now)
    theirs = values_of(current, FIELDS[part])
    if theirs != values:
        if version_from(theirs) != version:
            raise Conflict(theirs)
        before = in_source(current, values)
        for field, value in values.items():
            setattr(current, field, value)
        current.changed_at = now
        current.save(update_fields=[*values, "changed_at"])
        after = in_source(current, values)
        audit.record(
            current,
            SAVED[part],
            by=by,
            now=now,
            changes={field: (before[field], after[field]) for field in values},
        )
    discard_draft(current, part, by=by)


@transaction.atomic
def take_over(application: Application, *, by: User, now: datetime) -> None:
    """Become the contact person, who receives the letters. Raises Refused unless proven for the lead."""
    current = locked(application)
    require_proven(current, by)
    if current.coordinator == by:
        return
    before = current.coordinator
    current.coordinator = by
    current.changed_at = now
    current.save(update_fields=["coordinator", "changed_at"])
    audit.record(current, TAKEN_OVER, by=by, now=now, changes={"coordinator": (before, by)})
