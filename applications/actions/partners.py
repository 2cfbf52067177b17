"""Deeds on partner municipalities: ask, ask again, remove, answer. See docs/decisions/0050."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked, require_open, require_proven, spender, touch
from applications.actions.moves import move
from applications.emails import coordinator as letters
from applications.models import ApplicantMunicipality, Application, MunicipalityRole, Part
from applications.models.content import open_parts
from applications.states import PartnerState
from innoskole.accounts import audit
from innoskole.accounts.affiliations import domain_proves
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality

ASKED = gettext_noop("asked a municipality to take part")
ASKED_AGAIN = gettext_noop("asked a municipality again")
REMOVED = gettext_noop("removed a partner municipality")
CONFIRMED = gettext_noop("confirmed that the municipality takes part")
DECLINED = gettext_noop("declined to take part")
PARTNER = gettext_noop("Partner municipality")
ADDRESS = gettext_noop("E-mail")


@transaction.atomic
def ask_partner(
    application: Application, municipality: Municipality, email: str, *, by: User, now: datetime
) -> ApplicantMunicipality:
    """Ask a municipality to apply together with the lead. The letter with the link goes to `email`.

    Raises Refused unproven, for the lead itself, for one that has spent its application, and for one
    already asked.
    """
    current = locked(application)
    require_open(current, Part.MUNICIPALITY, now)
    require_proven(current, by)
    if municipality == current.lead:
        raise Refused(_("%(municipality)s is the lead municipality.") % {"municipality": municipality})
    if not municipality.was_valid_on(current.intake.register_on):
        raise Refused(
            _("%(municipality)s is not among the municipalities of this intake.")
            % {"municipality": municipality}
        )
    asked = current.municipalities.filter(municipality=municipality).first()
    if asked is not None:
        if asked.state == PartnerState.ASKED and asked.asked_email == email.lower():
            return asked  # the same click twice
        raise Refused(_("%(municipality)s has been asked already.") % {"municipality": municipality})
    _refuse_spent(current, municipality)
    part = ApplicantMunicipality.objects.create(
        application=current,
        intake=current.intake,
        municipality=municipality,
        role=MunicipalityRole.PARTNER,
        asked_email=email.lower(),
        asked_at=now,
    )
    touch(current, now)
    audit.record(
        current,
        ASKED,
        by=by,
        now=now,
        changes={PARTNER: (None, municipality), ADDRESS: (None, part.asked_email)},
    )
    letters.partner_request(part, now=now)
    return part


@transaction.atomic
def ask_partner_again(part: ApplicantMunicipality, email: str, *, by: User, now: datetime) -> None:
    """Send a new link, perhaps to another address; the old link is void. Also after a refusal."""
    current = locked(part.application)
    require_open(current, Part.MUNICIPALITY, now)
    require_proven(current, by)
    stored = _still_there(current, part)
    if stored.state == PartnerState.CONFIRMED:
        raise Refused(_("%(municipality)s has confirmed already.") % {"municipality": stored.municipality})
    _refuse_spent(current, stored.municipality)
    letters.recall(current, letters.partner_request_keys(stored), now=now)
    before = stored.asked_email
    if stored.state == PartnerState.DECLINED:
        move(
            stored,
            PartnerState.ASKED,
            verb=ASKED_AGAIN,
            by=by,
            now=now,
            answered_at=None,
            answered_name="",
        )
    stored.asked_email = email.lower()
    stored.asked_at = now
    stored.save(update_fields=["asked_email", "asked_at"])
    touch(current, now)
    audit.record(
        current,
        ASKED_AGAIN,
        by=by,
        now=now,
        changes={
            PARTNER: (None, stored.municipality),
            ADDRESS: (before if before != stored.asked_email else None, stored.asked_email),
        },
    )
    letters.partner_request(stored, now=now)


@transaction.atomic
def remove_partner(part: ApplicantMunicipality, *, by: User, now: datetime) -> None:
    """Go on without a partner. Its right is free again, and its contact is told unless it had declined."""
    current = locked(part.application)
    require_open(current, Part.MUNICIPALITY, now)
    stored = _still_there(current, part)
    touch(current, now)
    audit.record(current, REMOVED, by=by, now=now, changes={PARTNER: (stored.municipality, None)})
    letters.recall(current, letters.partner_request_keys(stored), now=now)
    if stored.state != PartnerState.DECLINED:
        letters.partner_released(stored, now=now)
    stored.delete()


def may_answer(part: ApplicantMunicipality, user: User | None) -> bool:
    """Whether the holder of the link speaks for the partner municipality.

    The link proves that somebody reads the address; so it is enough when the address's domain proves the
    municipality. Else the one who answers must be logged in and proven to act for it.
    """
    if domain_proves(part.asked_email, part.municipality):
        return True
    return user is not None and user.proven_municipalities().filter(pk=part.municipality_id).exists()


@transaction.atomic
def answer_as_partner(
    part: ApplicantMunicipality, *, takes_part: bool, name: str, by: User | None, now: datetime
) -> ApplicantMunicipality:
    """Confirm or decline on behalf of the partner. A confirmed partner has spent its one application.

    A confirmation may be taken back while the application is a draft. Raises Refused when the answer comes
    too late, from somebody who does not speak for the municipality, or when the right is spent elsewhere.
    """
    current = locked(part.application)
    stored = _still_there(current, part)
    state = PartnerState.CONFIRMED if takes_part else PartnerState.DECLINED
    if stored.state == state:
        return stored  # the same click twice
    if Part.MUNICIPALITY not in open_parts(current, now):
        raise Refused(
            _("The application can no longer be changed. Ask %(coordinator)s (%(email)s) about it.")
            % {"coordinator": current.coordinator.name, "email": current.coordinator.email}
        )
    if not may_answer(stored, by):
        raise Refused(
            _("Log in as somebody who acts for %(municipality)s to answer.")
            % {"municipality": stored.municipality}
        )
    if takes_part and stored.state == PartnerState.DECLINED:
        raise Refused(
            _("%(municipality)s has declined. Ask %(coordinator)s (%(email)s) to ask again.")
            % {
                "municipality": stored.municipality,
                "coordinator": current.coordinator.name,
                "email": current.coordinator.email,
            }
        )
    _move_part(stored, state, name=name, by=by, now=now)
    touch(current, now)
    letters.partner_answered(stored, now=now)
    return stored


def _move_part(part: ApplicantMunicipality, state: str, *, name: str, by: User | None, now: datetime) -> None:
    takes_part = state == PartnerState.CONFIRMED
    try:
        with transaction.atomic():
            move(
                part,
                state,
                verb=CONFIRMED if takes_part else DECLINED,
                by=by,
                by_label=f"{name}, {part.municipality} ({by.email if by else part.asked_email})",
                now=now,
                about=part.application,
                spends=takes_part,
                answered_at=now,
                answered_name=name,
            )
    except IntegrityError:
        _refuse_spent(part.application, part.municipality)
        raise


def _refuse_spent(application: Application, municipality: Municipality) -> None:
    """Raise Refused when the municipality has spent its one application elsewhere in the intake."""
    other = spender(application.intake, municipality)
    if other is None or other.pk == application.pk:
        return
    if other.lead_id == municipality.pk:
        raise Refused(
            _(
                "%(municipality)s has an application of its own in this intake (%(reference)s)."
                " It must withdraw that one before it can take part in another."
            )
            % {"municipality": municipality, "reference": other.reference}
        )
    raise Refused(
        _("%(municipality)s takes part in the application of %(lead)s (%(reference)s) in this intake.")
        % {"municipality": municipality, "lead": other.lead, "reference": other.reference}
    )


def _still_there(application: Application, part: ApplicantMunicipality) -> ApplicantMunicipality:
    stored = (
        application.municipalities.select_related("municipality", "application__coordinator", "intake")
        .filter(pk=part.pk, role=MunicipalityRole.PARTNER)
        .first()
    )
    if stored is None:
        raise Refused(_("This municipality is no longer part of the application."))
    return stored
