"""Signed links for people without an account: a partner's contact, the approver, a nominated person.

A link carries no deadline of its own: it is good as long as the answer may be given (content.answer_by), and
a new request makes the old link void.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from applications.models import ApplicantMunicipality, Decision, Guarantee, Interest, Letter, TeamMember

PARTNER = "applications.partner"
GUARANTEE = "applications.guarantee"
INVITATION = "applications.invitation"
LETTER = "applications.letter"
INTEREST = "applications.interest"
APPEAL = "applications.appeal"


def partner_url(part: ApplicantMunicipality) -> str:
    token = _sign({"part": part.pk, "asked": part.asked_at.timestamp()}, PARTNER)
    return f"{settings.BASE_URL}{reverse('applications:partner_answer', args=[token])}"


def guarantee_url(guarantee: Guarantee) -> str:
    token = _sign({"guarantee": guarantee.pk}, GUARANTEE)
    return f"{settings.BASE_URL}{reverse('applications:guarantee_answer', args=[token])}"


def letter_url(letter: Letter) -> str:
    """To the letter of a decision on a person who has no account: it holds nothing but that letter."""
    token = _sign({"letter": letter.pk}, LETTER)
    return f"{settings.BASE_URL}{reverse('applications:letter_by_link', args=[token])}"


def invitation_url(member: TeamMember) -> str:
    """The person's own link; it is void when a new invitation goes to another address."""
    token = _sign({"member": member.pk, "email": member.email}, INVITATION)
    return f"{settings.BASE_URL}{reverse('applications:invitation', args=[token])}"


def interest_url(interest: Interest) -> str:
    """To what is stored about an employee who has answered a call; dead as soon as it is deleted."""
    token = _sign({"interest": interest.pk}, INTEREST)
    return f"{settings.BASE_URL}{reverse('applications:interest', args=[token])}"


def partner_of(token: str) -> ApplicantMunicipality | None:
    """The request behind a link; None when the link is not ours, or when a newer one has replaced it."""
    found = _load(token, PARTNER)
    if found is None:
        return None
    part = ApplicantMunicipality.objects.select_related("municipality").filter(pk=found["part"]).first()
    return part if part and part.asked_at.timestamp() == found["asked"] else None


def guarantee_of(token: str) -> Guarantee | None:
    """The request behind a link, which may have been replaced; None when the link is not ours."""
    found = _load(token, GUARANTEE)
    return Guarantee.objects.filter(pk=found["guarantee"]).first() if found else None


def letter_of(token: str) -> Letter | None:
    """The issued letter to a person behind a link; None when the link is not ours."""
    found = _load(token, LETTER)
    if found is None:
        return None
    issued = Letter.objects.filter(decision__issued_at__isnull=False, decision__member__isnull=False)
    return issued.filter(pk=found["letter"]).first()


def invitation_of(token: str) -> TeamMember | None:
    """The person behind a link, wherever they stand; None when it is not ours or was sent elsewhere."""
    found = _load(token, INVITATION)
    if found is None:
        return None
    rows = TeamMember.everyone.filter(invited_at__isnull=False)
    return rows.filter(pk=found["member"], email=found["email"]).first()


def appeal_url(decision: Decision) -> str:
    """Where to appeal: against a decision on a person by a link without account, else behind the log-in."""
    if decision.member_id is None:
        reference = decision.application.reference
        return f"{settings.BASE_URL}{reverse('applications:appeal', args=[reference, decision.pk])}"
    token = _sign({"decision": decision.pk}, APPEAL)
    return f"{settings.BASE_URL}{reverse('applications:appeal_by_link', args=[token])}"


def appeal_of(token: str) -> Decision | None:
    """The decision on a person behind a link, told; None when the link is not ours."""
    found = _load(token, APPEAL)
    if found is None:
        return None
    told = Decision.objects.filter(issued_at__isnull=False, member__isnull=False)
    return told.filter(pk=found["decision"]).first()


def interest_key(token: str) -> int | None:
    """Whose answer a link leads to, stored or deleted since; None when the link is not ours."""
    found = _load(token, INTEREST)
    return found["interest"] if found else None


def _sign(content: dict[str, Any], salt: str) -> str:
    return signing.Signer(salt=salt).sign_object(content)


def _load(token: str, salt: str) -> dict[str, Any] | None:
    try:
        loaded: dict[str, Any] = signing.Signer(salt=salt).unsign_object(token)
    except signing.BadSignature:
        return None
    return loaded
