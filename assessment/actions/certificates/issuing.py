"""A certificate is issued to whoever has earned it, with a number that is given once and without gaps.

The documents are left to the worker, and the person is told when they can be read (documents.py).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.certificates.revoking import withdraw
from assessment.certificates import content, digest_of
from assessment.models import Certificate, CertificateSeries
from assessment.models.certificate_claims import Claim, claim, claims
from assessment.permissions.certificates import may_issue
from cohorts.models import Cohort, Participant, Session
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

ISSUED = gettext_noop("issued the certificate")
ISSUED_ALL = gettext_noop("issued certificates to everybody who had earned one")
EXPORTED = gettext_noop("downloaded the list of certificates")
OVERTAKEN = gettext_noop("The grade has changed, and a new document takes its place.")

PREFIXES: Mapping[str, str] = {Certificate.Kind.ATTENDANCE: "KB", Certificate.Kind.TRANSCRIPT: "KU"}


def obstacle_to_issue(found: Claim) -> str:
    """Why it cannot be issued now, as a sentence; empty when it can."""
    if found.obstacle:
        return found.obstacle
    if found.valid is not None:
        return _("The person has a valid one already: %(number)s. Revoke it first.") % {
            "number": found.valid.number
        }
    return ""


@transaction.atomic
def issue(participant: Participant, *, by: User, now: datetime) -> Certificate:
    """Issue what the person has earned: a transcript or a certificate of attendance.

    A transcript that tells another grade than the one in force is revoked with it. Raises Refused when
    nothing is earned, when a valid one stands, and for somebody who may not issue.
    """
    _require_may_issue(by)
    cohort = _locked(participant.team.cohort)
    # Read again under the lock, with what the names need.
    found = claim(Participant.objects.with_names().get(pk=participant.pk), now)
    if obstacle := obstacle_to_issue(found):
        raise Refused(obstacle)
    return _issue(found, _sessions(cohort), by=by, now=now)


@transaction.atomic
def issue_all(cohort: Cohort, *, by: User, now: datetime) -> list[Certificate]:
    """Issue to everybody of the cohort who has earned something and has not got it.

    Not to those of whom one was revoked: somebody had a reason, and issues the next by hand. Raises Refused
    when there is nobody.
    """
    _require_may_issue(by)
    locked = _locked(cohort)
    people = Participant.objects.filter(team__cohort=locked).with_names().in_order()
    due = [found for found in claims(list(people), now) if found.goes_with_the_others]
    if not due:
        raise Refused(_("Nobody waits for a certificate."))
    sessions = _sessions(locked)
    issued = [_issue(found, sessions, by=by, now=now) for found in due]
    audit.record(
        locked,
        ISSUED_ALL,
        by=by,
        now=now,
        changes={gettext_noop("Number of certificates"): (None, len(issued))},
    )
    return issued


def record_export(
    cohort: Cohort, *, filters: str, rows: int, file_name: str, by: User, now: datetime
) -> None:
    """Write down that a person took the list out of the program, and which part of it."""
    audit.record(
        cohort,
        EXPORTED,
        by=by,
        now=now,
        changes={
            gettext_noop("File"): ("", file_name),
            gettext_noop("Filter"): ("", filters),
            gettext_noop("Rows"): ("", rows),
        },
    )


def _require_may_issue(by: User) -> None:
    if not may_issue(by):
        raise Refused(_("Only course administrators issue and revoke certificates."))


def _locked(cohort: Cohort) -> Cohort:
    """Of two who issue in one cohort at once, one waits and finds what the other has issued."""
    return Cohort.objects.select_for_update(of=("self",)).select_related("intake").get(pk=cohort.pk)


def _sessions(cohort: Cohort) -> Sequence[Session]:
    return list(Session.objects.filter(cohort=cohort).with_days().in_order())


def _issue(found: Claim, sessions: Sequence[Session], *, by: User, now: datetime) -> Certificate:
    if found.overtaken is not None:
        withdraw(found.overtaken, reason=OVERTAKEN, by=by, now=now)
    number = _next_number(found.kind, formats.local(now).year)
    says = content(found, number=number, sessions=sessions, by=by, now=now)
    certificate = Certificate.objects.create(
        participant=found.participant,
        kind=found.kind,
        number=number,
        content=says,
        digest=digest_of(says),
        grade=found.grade if found.kind == Certificate.Kind.TRANSCRIPT else None,
        issued_by=by,
        issued_at=now,
    )
    audit.record(certificate, ISSUED, by=by, now=now)
    return certificate


def _next_number(kind: str, year: int) -> str:
    """«KB-2028-0001». The UPDATE locks the row of the series to the end of the transaction: no number is
    given twice, and one that is not used in the end is given again."""
    series, _made = CertificateSeries.objects.get_or_create(kind=kind, year=year)
    CertificateSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    last = CertificateSeries.objects.values_list("last", flat=True).get(pk=series.pk)
    return f"{PREFIXES[kind]}-{year}-{last:04d}"
