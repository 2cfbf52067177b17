"""To issue certificates, to all or to one, and to revoke one: course administrators only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, deed_page, says
from assessment import tasks
from assessment.actions import certificates as actions
from assessment.actions.certificates.issuing import obstacle_to_issue
from assessment.actions.certificates.revoking import obstacle_to_revoking
from assessment.forms.certificates import RevokeForm
from assessment.models import Certificate
from assessment.models.certificate_claims import claim, claims
from assessment.models.certificate_list import with_a_claim
from assessment.views.certificates.staff import cohort_and_certificate
from cohorts.forms.speakers import NothingForm
from cohorts.models import Cohort, Participant
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.models import User


@administrator_required
def issue_all(request: HttpRequest, slug: str) -> HttpResponse:
    """Who gets what, and who does not (GET); then issue (POST), and a worker writes the documents."""
    cohort = get_object_or_404(Cohort.objects.select_related("intake"), slug=slug)
    now = timezone.now()
    refusal = ""
    if request.method == "POST":
        try:
            issued = actions.issue_all(cohort, by=person(request), now=now)
        except Refused as refused:
            refusal = str(refused)
        else:
            _write()
            messages.success(
                request,
                ngettext(
                    "%(n)s certificate is issued. The documents are being written.",
                    "%(n)s certificates are issued. The documents are being written.",
                    len(issued),
                )
                % {"n": len(issued)},
            )
            return redirect("assessment:certificates", slug)
    found = claims(list(with_a_claim(cohort)), now)
    due = [one for one in found if one.goes_with_the_others]
    return TemplateResponse(
        request,
        "assessment/certificates/issue_all.html",
        {
            "cohort": cohort,
            "due": due,
            "counts": [
                (kind.label, sum(one.kind == kind for one in due))
                for kind in Certificate.Kind
                if any(one.kind == kind for one in due)
            ],
            "by_hand": [one for one in found if one.can_be_issued and not one.goes_with_the_others],
            "not_yet": [one for one in found if one.obstacle and one.valid is None],
            "refusal": refusal,
        },
    )


def _issue_one(participant: Participant, *, by: User, now: datetime) -> None:
    actions.issue(participant, by=by, now=now)
    _write()


def _what_follows(participant: Participant, now: datetime) -> Sequence[str | Promise]:
    found = claim(participant, now)
    values = {"name": participant, "kind": found.kind.label}
    told = [
        _("%(name)s gets a document: %(kind)s.") % values,
        _("It gets a number, and is drawn up as a PDF in bokmål, nynorsk and English."),
        _("%(name)s gets an e-mail when it can be read.") % values,
    ]
    if found.overtaken is not None:
        told.append(
            _("%(number)s tells a grade that has changed since. It is revoked at the same time.")
            % {"number": found.overtaken.number}
        )
    return told


ISSUE: Deed[Participant] = Deed(
    title=gettext_lazy("Issue a certificate"),
    button=gettext_lazy("Issue"),
    done=gettext_lazy("It is issued. The documents are being written."),
    run=_issue_one,
    obstacle=lambda participant, user, now: obstacle_to_issue(claim(participant, now)),
    consequences=_what_follows,
    form=NothingForm,
)

REVOKE: Deed[Certificate] = Deed(
    title=gettext_lazy("Revoke"),
    button=gettext_lazy("Revoke"),
    done=gettext_lazy("It is revoked, and the person gets an e-mail with the reason."),
    run=actions.revoke,
    obstacle=lambda certificate, user, now: obstacle_to_revoking(certificate),
    consequences=says(
        gettext_lazy("The public page says at once that it is revoked, and no longer what it said."),
        gettext_lazy("The person gets an e-mail with your reason."),
        gettext_lazy("Its number is not used again. A new one can be issued by hand."),
        gettext_lazy("What it said and its documents are deleted after a year."),
    ),
    form=RevokeForm,
    color="danger",
)


@administrator_required
def issue(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """To one person: also after a revocation."""
    found = Participant.objects.filter(team__cohort__slug=slug).with_names()
    participant = get_object_or_404(found, pk=pk)
    return _deed(request, {"issue": ISSUE}, "issue", participant, participant.team.cohort, str(participant))


@administrator_required
def revoke(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    cohort, certificate = cohort_and_certificate(request, slug, number)
    who = f"{certificate.number} – {certificate.participant}"
    return _deed(request, {"revoke": REVOKE}, "revoke", certificate, cohort, who)


def _deed(request: HttpRequest, deeds: Any, key: str, thing: Any, cohort: Cohort, who: str) -> HttpResponse:
    return deed_page(
        request,
        deeds,
        key,
        thing,
        template="assessment/certificates/deed.html",
        back=reverse("assessment:certificates", args=[cohort.slug]),
        context={"cohort": cohort, "who": who},
    )


def _write() -> None:
    """A dead broker does no harm: the sweep writes what is missing."""
    transaction.on_commit(tasks.write_certificates.delay, robust=True)
