"""Letters about the municipality's own deeds: one function per letter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from applications import tokens
from applications.models import ApplicantMunicipality, Application, Guarantee, Submission
from applications.models.content import answer_by
from applications.models.promises import letter_language
from applications.states import State
from innoskole.accounts.models import Affiliation, User
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message


def receipt(submission: Submission, *, now: datetime, answered: bool = True) -> None:
    """What was sent in, when, and its digest: to the contact person, and to whoever sent it in.

    answered: whether the municipality has sent it in itself, and not left a request for information
    unanswered with changes in the application.
    """
    _to_people(
        submission.application,
        key=f"receipt:{submission.application_id}:{submission.number}",
        template="receipt",
        context={
            "submission": submission,
            "answered": answered,
            "is_answer": submission.application.state == State.IN_REVIEW,
        },
        also=submission.submitted_by,
        now=now,
    )


def reopened(submission: Submission, *, by: User, now: datetime) -> None:
    """The receipt is void and the application a draft again: to the contact person and whoever reopened."""
    _to_people(
        submission.application,
        key=f"reopened:{submission.application_id}:{submission.number}",
        template="reopened",
        context={"submission": submission, "by": by},
        also=by,
        now=now,
    )


def withdrawn(application: Application, *, by: User, reason: str, now: datetime) -> None:
    """The application is withdrawn: to the contact person and to whoever withdrew it."""
    _to_people(
        application,
        key=f"withdrawn:{application.pk}",
        template="withdrawn",
        context={"by": by, "reason": reason},
        also=by,
        now=now,
    )


def partner_request(part: ApplicantMunicipality, *, now: datetime) -> None:
    """A neighbour asks a municipality to take part: to the address that the coordinator has given."""
    application = part.application
    _to_outsider(
        part.asked_email,
        key=f"{partner_request_keys(part)}{part.asked_at.isoformat()}",
        template="partner_request",
        application=application,
        language=letter_language(part.municipality, application.coordinator),
        context={
            "part": part,
            "url": tokens.partner_url(part),
            "answer_by": answer_by(application),
        },
        now=now,
    )


def partner_released(part: ApplicantMunicipality, *, now: datetime) -> None:
    """The municipality is no longer asked for, or no longer bound: it may apply on its own."""
    application = part.application
    _to_outsider(
        part.asked_email,
        key=f"partner-released:{application.pk}:{part.pk}:{part.asked_at.isoformat()}",
        template="partner_released",
        application=application,
        language=letter_language(part.municipality, application.coordinator),
        context={"part": part},
        now=now,
    )


def partner_answered(part: ApplicantMunicipality, *, now: datetime) -> None:
    """The partner has said yes or no: to the contact person."""
    _to_people(
        part.application,
        key=f"partner-answered:{part.pk}:{now.isoformat()}",
        template="partner_answered",
        context={"part": part},
        now=now,
    )


def guarantee_request(guarantee: Guarantee, *, now: datetime) -> None:
    """The municipal director is asked for the guarantee."""
    application = guarantee.application
    _to_outsider(
        guarantee.approver_email,
        key=guarantee_request_key(guarantee),
        template="guarantee_request",
        application=application,
        language=letter_language(application.lead, application.coordinator),
        context={
            "guarantee": guarantee,
            "recipient_name": guarantee.approver_name,
            "url": tokens.guarantee_url(guarantee),
            "answer_by": answer_by(application),
        },
        now=now,
    )


def guarantee_answered(guarantee: Guarantee, *, now: datetime) -> None:
    """The guarantee is given or refused: to the contact person, with what comes next."""
    _to_people(
        guarantee.application,
        key=f"guarantee-answered:{guarantee.pk}",
        template="guarantee_answered",
        context={"guarantee": guarantee},
        now=now,
    )


def claim_decided(affiliation: Affiliation, *, now: datetime) -> None:
    """The school has approved, or not, that a person acts for a municipality."""
    template = "claim_approved" if affiliation.state == Affiliation.State.PROVEN else "claim_rejected"
    outbox.post(
        key=f"claim-decided:{affiliation.pk}:{now.isoformat()}",
        kind=template,
        to=affiliation.user,
        template=template,
        context={"affiliation": affiliation},
        now=now,
        about=affiliation,
    )


def approved_by_domain(affiliation: Affiliation, now: datetime, **kwargs: Any) -> None:
    """A mail domain that was added has approved somebody who waited."""
    claim_decided(affiliation, now=now)


def recall(application: Application, *keys: str, now: datetime) -> None:
    """Cancel what has been overtaken and has not left: contradictory letters must not arrive together.

    keys: beginnings of the letters' keys. What is being sent at this very moment is left alone.
    """
    waiting = Message.objects.about(application).filter(state=Message.State.QUEUED).select_for_update()
    for message in waiting:
        if message.key.startswith(keys):
            cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))


def partner_request_keys(part: ApplicantMunicipality) -> str:
    return f"partner-request:{part.pk}:"


def guarantee_request_key(guarantee: Guarantee) -> str:
    return f"guarantee-request:{guarantee.pk}"


def _to_people(
    application: Application,
    *,
    key: str,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    also: User | None = None,
) -> None:
    """A letter to the contact person, and the same to one more who has a part in the matter."""
    recipients = {application.coordinator.pk: application.coordinator}
    if also is not None:
        recipients[also.pk] = also
    for user in recipients.values():
        outbox.post(
            key=f"{key}:{user.pk}",
            kind=template,
            to=user,
            template=template,
            context={"application": application, "intake": application.intake, **context},
            now=now,
            about=application,
        )


def _to_outsider(
    email: str,
    *,
    key: str,
    template: str,
    application: Application,
    language: str,
    context: Mapping[str, Any],
    now: datetime,
) -> None:
    outbox.post(
        key=key,
        kind=template,
        to=email,
        language=language,
        template=template,
        context={
            "application": application,
            "intake": application.intake,
            "intake_url": settings.BASE_URL + application.intake.get_absolute_url(),
            **context,
        },
        now=now,
        about=application,
    )
