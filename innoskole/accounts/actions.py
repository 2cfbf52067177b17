"""Deeds on people: one function = one fact + its audit, in one transaction. Letters are others' business."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.accounts.affiliations import domain_proves
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Affiliation, DomainException, Language, User
from innoskole.accounts.roles import ROLES, Role
from innoskole.municipalities.models import Municipality

State = Affiliation.State
Proof = Affiliation.Proof

# Somebody who waited for approval is proven by a mail domain that was added: affiliation, now.
proven_by_domain = Signal()


# --- Oneself --------------------------------------------------------------------------------------


@transaction.atomic
def register(user: User, municipality: Municipality, now: datetime) -> Affiliation:
    """Record that a new person has registered and asks to act for a municipality."""
    audit.record(user, gettext_noop("registered"), by=user, now=now)
    return request_affiliation(user, municipality, now)


@transaction.atomic
def change_profile(user: User, *, name: str, language: str, now: datetime) -> None:
    """Change one's own name and language."""
    changes = {"name": (user.name, name), "language": (user.language, language)}
    user.name = name
    user.language = language
    user.save(update_fields=["name", "language"])
    audit.record(user, gettext_noop("changed the profile"), by=user, now=now, changes=changes)


@transaction.atomic
def confirm_address(user: User, now: datetime) -> None:
    """Take a person's address for confirmed, because it is known otherwise that it is theirs.

    For people who are set up by a command; everybody else confirms with a code.
    """
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    prove_after_verification(user, now)


def set_language(user: User, language: str) -> None:
    """Choose the language of pages and letters. Raises Refused for one that we do not speak."""
    if language not in Language.values:
        raise Refused(_("Choose one of the three languages."))
    user.language = language
    user.save(update_fields=["language"])


# --- Affiliations ---------------------------------------------------------------------------------


def has_confirmed_address(user: User) -> bool:
    """Whether the person has shown that the address is theirs."""
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())


@transaction.atomic
def request_affiliation(user: User, municipality: Municipality, now: datetime) -> Affiliation:
    """Ask to act for a municipality; at once proven if the confirmed address proves it by its domain.

    Asking twice gives the affiliation that exists. One that was rejected waits for approval again.
    """
    affiliation, is_new = Affiliation.objects.get_or_create(
        user=user, municipality=municipality, defaults={"requested_at": now}
    )
    if not is_new:
        affiliation = Affiliation.objects.select_for_update().get(pk=affiliation.pk)
        if affiliation.state != State.REJECTED:
            return affiliation
        _move(affiliation, State.PENDING, Proof.NONE, by=user, now=now)
    audit.record(
        affiliation,
        gettext_noop("asked to act for the municipality"),
        by=user,
        now=now,
        changes={"municipality": (None, municipality)},
    )
    if has_confirmed_address(user) and domain_proves(user.email, municipality):
        _prove_by_domain(affiliation, now)
    return affiliation


@transaction.atomic
def prove_after_verification(user: User, now: datetime) -> None:
    """Take in that the person has confirmed their (perhaps new) address.

    What the domain of the address proves is proven; what only the former address proved waits again.
    """
    if not has_confirmed_address(user):
        return
    for affiliation in user.affiliations.select_for_update().order_by("pk"):
        proves = domain_proves(user.email, affiliation.municipality)
        if affiliation.state == State.PENDING and proves:
            _prove_by_domain(affiliation, now)
        elif affiliation.proof == Proof.DOMAIN and not proves:
            _move(affiliation, State.PENDING, Proof.NONE, by=None, now=now)
            audit.record(
                affiliation,
                gettext_noop("lost the proof, because the address has another domain"),
                by=None,
                now=now,
                changes={"state": (State.PROVEN, State.PENDING)},
            )


@transaction.atomic
def decide_affiliation(
    affiliation: Affiliation, proven: bool, *, by: User, now: datetime, reason: str = ""
) -> Affiliation:
    """Approve or reject that a person acts for a municipality; may change an earlier decision.

    Raises Refused for a decision about oneself, without a reason for a rejection, or that changes nothing.
    """
    affiliation = Affiliation.objects.select_for_update(of=("self",)).with_names().get(pk=affiliation.pk)
    if affiliation.user_id == by.pk:
        raise Refused(_("Somebody else must decide about your own affiliation."))
    if not proven and not reason.strip():
        raise Refused(_("Give a reason: it is sent to the person."))
    state = State.PROVEN if proven else State.REJECTED
    if affiliation.state == state:
        raise Refused(_("Somebody else has just made this decision."))
    before = affiliation.state
    _move(
        affiliation,
        state,
        Proof.ADMINISTRATOR if proven else Proof.NONE,
        by=by,
        now=now,
        reason=reason.strip(),
    )
    audit.record(
        affiliation,
        gettext_noop("approved the affiliation") if proven else gettext_noop("rejected the affiliation"),
        by=by,
        now=now,
        changes={"state": (before, state)},
        reason=reason.strip(),
    )
    return affiliation


def _prove_by_domain(affiliation: Affiliation, now: datetime) -> None:
    _move(affiliation, State.PROVEN, Proof.DOMAIN, by=None, now=now)
    audit.record(
        affiliation,
        gettext_noop("proved the affiliation by the domain of the address"),
        by=None,
        now=now,
        changes={"state": (State.PENDING, State.PROVEN)},
    )


def _move(
    affiliation: Affiliation, state: str, proof: str, *, by: User | None, now: datetime, reason: str = ""
) -> None:
    affiliation.state = state
    affiliation.proof = proof
    affiliation.decided_by = by if state != State.PENDING else None
    affiliation.decided_at = now if state != State.PENDING else None
    affiliation.reason = reason
    if state == State.PENDING:
        affiliation.requested_at = now
    affiliation.save()


# --- Other people ---------------------------------------------------------------------------------


@transaction.atomic
def add_person(*, email: str, name: str, language: str, by: User | None, now: datetime) -> User:
    """Create a person without a password: they log in with one-time codes. Raises Refused if they exist."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name=name, language=language)
    except IntegrityError as error:
        raise Refused(_("Somebody is already registered with this address.")) from error
    audit.record(user, gettext_noop("added the person"), by=by, now=now)
    return user


@transaction.atomic
def grant_role(user: User, role: Role, *, by: User | None, now: datetime, reason: str) -> None:
    """Give a person a role. by is None for the command that creates the first administrator."""
    _set_role(user, role, True, by=by, now=now, reason=reason)


@transaction.atomic
def revoke_role(user: User, role: Role, *, by: User, now: datetime, reason: str) -> None:
    """Take a role from a person.

    Nobody takes the administrator's role from themselves, so there is always one left.
    """
    _set_role(user, role, False, by=by, now=now, reason=reason)


def _set_role(user: User, role: Role, value: bool, *, by: User | None, now: datetime, reason: str) -> None:
    user = _for_administration(user, by, reason)
    field = ROLES[role].field
    if not value and role == Role.COURSE_ADMINISTRATOR and by == user:
        raise Refused(_("You cannot take the administrator’s role from yourself. Ask another administrator."))
    if getattr(user, field) == value:
        raise Refused(_("Somebody else has just changed this person."))
    setattr(user, field, value)
    user.save(update_fields=[field])
    audit.record(
        user,
        gettext_noop("granted a role") if value else gettext_noop("revoked a role"),
        by=by,
        now=now,
        changes={field: (not value, value)},
        reason=reason.strip(),
    )


@transaction.atomic
def set_active(user: User, active: bool, *, by: User, now: datetime, reason: str) -> None:
    """Open or close a person's account. A closed one is logged out at the next click."""
    user = _for_administration(user, by, reason)
    if by == user:
        raise Refused(_("You cannot close your own account."))
    if user.is_active == active:
        raise Refused(_("Somebody else has just changed this person."))
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record(
        user,
        gettext_noop("opened the account") if active else gettext_noop("closed the account"),
        by=by,
        now=now,
        changes={"is_active": (not active, active)},
        reason=reason.strip(),
    )


@transaction.atomic
def remove_second_factor(user: User, *, by: User, now: datetime, reason: str) -> None:
    """Remove the second factor of a person who has lost it, and log them out wherever they are logged in.

    They set up a new one at the next log-in.
    """
    user = _for_administration(user, by, reason)
    if by == user:
        raise Refused(_("Somebody else must remove your second factor."))
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise Refused(_("This person has no second factor."))
    for session in Session.objects.all():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
    audit.record(user, gettext_noop("removed the second factor"), by=by, now=now, reason=reason.strip())


def _for_administration(user: User, by: User | None, reason: str) -> User:
    """The person's row, locked together with all administrators', so that two cannot oust each other."""
    if not reason.strip():
        raise Refused(_("Give a reason."))
    administrators = list(User.objects.administrators().order_by("pk").select_for_update())
    if by is not None and by not in administrators:
        raise Refused(_("You are no longer an administrator."))
    return User.objects.select_for_update().get(pk=user.pk)


# --- Domains --------------------------------------------------------------------------------------

DOMAIN_ADDED = gettext_noop("let a mail domain prove the municipality")
DOMAIN_REMOVED = gettext_noop("stopped a mail domain from proving the municipality")
DOMAIN = gettext_noop("domain")


@transaction.atomic
def add_domain_exception(
    domain: str, municipality: Municipality, *, by: User, now: datetime
) -> list[Affiliation]:
    """Let a mail domain prove a municipality; returns those who waited for approval and whom it proves.

    They are told by whoever listens to `proven_by_domain`. Raises Refused if the domain proves it already.
    """
    exception = DomainException(domain=domain.strip().lower(), municipality=municipality)
    try:
        exception.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    exception.save()
    audit.record(municipality, DOMAIN_ADDED, by=by, now=now, changes={DOMAIN: (None, exception.domain)})
    waiting = Affiliation.objects.pending().filter(
        municipality=municipality, user__email__endswith=f"@{exception.domain}"
    )
    proven = list(waiting.with_names().select_for_update(of=("self",)))
    for affiliation in proven:
        _prove_by_domain(affiliation, now)
        proven_by_domain.send(Affiliation, affiliation=affiliation, now=now)
    return proven


@transaction.atomic
def remove_domain_exception(exception: DomainException, *, by: User, now: datetime, reason: str) -> None:
    """Stop a mail domain from proving a municipality; what it has proven stays proven."""
    if not reason.strip():
        raise Refused(_("Give a reason."))
    changes = {DOMAIN: (exception.domain, None)}
    audit.record(
        exception.municipality, DOMAIN_REMOVED, by=by, now=now, changes=changes, reason=reason.strip()
    )
    exception.delete()
