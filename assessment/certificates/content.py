"""What a certificate says, in all three languages: frozen when it is issued, repeated by all who show it.

The documents, the verification page and the checksum are made from this and from nothing else, so that a
translation or a name that changes later does not change what was issued.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.certificates.code import code_svg
from assessment.models import Certificate, Grade, Mark
from assessment.models.certificate_claims import Claim
from assessment.models.readiness import REQUIREMENT
from cohorts.models import Session
from cohorts.models.attendance_count import Status
from innoskole.accounts.models import Language, User
from innoskole.ui import formats

Rows = list[tuple[str, str]]

# Programme page: «15 + 15 studiepoeng», one course.
CREDITS = 30

# The general descriptions of the national scale (UHR, Det nasjonale karaktersystemet).
SCALE: Mapping[str, str | Promise] = {
    Mark.A: gettext_lazy("Excellent"),
    Mark.B: gettext_lazy("Very good"),
    Mark.C: gettext_lazy("Good"),
    Mark.D: gettext_lazy("Satisfactory"),
    Mark.E: gettext_lazy("Sufficient"),
    Mark.F: gettext_lazy("Fail"),
}


def content(
    claim: Claim, *, number: str, sessions: Sequence[Session], by: User, now: datetime
) -> dict[str, Any]:
    """{"name": …, and for each language what stands on the document}: plain JSON.

    sessions: of the cohort, with their days. Raises ValueError for a transcript without a grade.
    """
    found: dict[str, Any] = {"name": claim.participant.member.name}
    for language in Language.values:
        with translation.override(language):
            if claim.kind == Certificate.Kind.TRANSCRIPT:
                text = _transcript(claim, number, now)
            else:
                text = _attendance(claim, number, sessions, now)
            # Once there and back: so the checksum is over what the database gives back.
            found[language] = json.loads(json.dumps(text | _signed(by)))
    return found


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the content as JSON with its keys in order."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def document(certificate: Certificate, *, language: str) -> dict[str, Any]:
    """The data of templates/letters/certificate.typ: what it says, and how it is verified."""
    url = certificate.verification_url(language)
    with translation.override(language):
        return {
            **certificate.content[language],
            "reference": certificate.number,
            "code": code_svg(url),
            "verification": {
                "title": _("Verify this document"),
                "alt": _("Code that leads to %(url)s") % {"url": url},
                "text": _(
                    "Scan the code or open the address to see the same content on the school's own page, and"
                    " whether the document still holds."
                ),
                "url": url,
                "digest_label": _("Checksum of the content (SHA-256)"),
                "digest": certificate.digest,
            },
        }


# --- Certificate of attendance ---------------------------------------------------------------------------


def _attendance(claim: Claim, number: str, sessions: Sequence[Session], now: datetime) -> dict[str, Any]:
    return {
        "title": _("Certificate of attendance"),
        "opening": _(
            "%(name)s has taken part in the innovation school for municipalities and has reached the"
            " attendance that the school asks for."
        )
        % {"name": claim.participant.member.name},
        "rows": [
            *_who(claim),
            (_("Period"), _period(claim)),
            (_("Attendance"), _attended(claim)),
            *_requirements(claim),
            *_issued(number, now),
        ],
        "sections": [
            *_sessions(claim, sessions),
            {
                "title": _("About the course"),
                "rows": [],
                "paragraphs": [
                    _(
                        "The study is one course over two semesters. It stands on three pillars: theory of"
                        " innovation, creative techniques and peer learning. The participants work in teams"
                        " on a real problem of their own municipality."
                    ),
                    _("The certificate tells of attendance. It gives no credits."),
                ],
            },
        ],
    }


def _period(claim: Claim) -> str:
    """From the first to the last day on which the person was expected."""
    days = [cell.half_day.day.held_on for cell in claim.sheet.expected]
    if not days:
        return formats.day(claim.participant.began_on)
    return _days(min(days), max(days))


def _days(first: date, last: date) -> str:
    return formats.day(first) if first == last else f"{formats.day(first)} – {formats.day(last)}"


def _attended(claim: Claim) -> str:
    return _("%(attended)s of %(total)s half-days") % {
        "attended": claim.sheet.count.attended,
        "total": claim.sheet.count.total,
    }


def _requirements(claim: Claim) -> Rows:
    """How many work requirements are fulfilled; nothing where none is, because none need be."""
    conditions = [one for one in claim.standing.exam.conditions if one.key.startswith(REQUIREMENT)]
    met = sum(condition.is_met for condition in conditions)
    if not met:
        return []
    told = _("%(met)s of %(all)s are fulfilled") % {"met": met, "all": len(conditions)}
    return [(_("Work requirements"), told)]


def _sessions(claim: Claim, sessions: Sequence[Session]) -> list[dict[str, Any]]:
    """Those in which the person was there for at least a half-day."""
    attended = {
        cell.half_day.day.session_id for cell in claim.sheet.expected if cell.status == Status.PRESENT
    }
    rows = [
        (session.title, _days(session.dates[0], session.dates[-1]))
        for session in sessions
        if session.pk in attended
    ]
    return [{"title": _("Sessions attended"), "rows": rows, "paragraphs": []}] if rows else []


# --- Transcript ------------------------------------------------------------------------------------------


def _transcript(claim: Claim, number: str, now: datetime) -> dict[str, Any]:
    grade = claim.grade
    if grade is None or grade.published_at is None:
        raise ValueError("A transcript tells a published grade.")
    return {
        "title": _("Transcript"),
        "opening": _("%(name)s has passed the exam of the innovation school for municipalities.")
        % {"name": claim.participant.member.name},
        "rows": [
            *_who(claim),
            (_("Credits"), str(CREDITS)),
            (_("Grade"), _told(grade)),
            (
                _("Form of assessment"),
                _("A paper of the group, and a group oral; one grade for each candidate"),
            ),
            (_("Last day of the exam"), formats.day(grade.candidate.exam.last_day)),
            (_("Grade published"), formats.day(grade.published_at)),
            *_issued(number, now),
        ],
        "sections": [
            {
                "title": _("The scale"),
                "rows": [(mark, str(words)) for mark, words in SCALE.items()],
                "paragraphs": [
                    _("The best grade is A. The lowest one that passes is E; F is not passed."),
                ],
            }
        ],
    }


def _told(grade: Grade) -> str:
    return _("%(mark)s (%(words)s)") % {"mark": grade.mark, "words": str(SCALE[grade.mark]).lower()}


# --- Both ------------------------------------------------------------------------------------------------


def _who(claim: Claim) -> Rows:
    person = claim.participant
    return [
        (_("Name"), person.member.name),
        (_("Municipality"), str(person.team)),
        (_("Course"), _("The national innovation school for municipalities")),
        (_("Cohort"), capfirst(str(person.team.cohort))),
    ]


def _issued(number: str, now: datetime) -> Rows:
    return [(_("Number"), number), (_("Date of issue"), formats.day(now))]


def _signed(by: User) -> dict[str, Any]:
    return {
        "signature": by.name,
        "role": _("for the national innovation school for municipalities"),
        "contact": settings.SCHOOL_CONTACT_EMAIL,
        "note": _("The document is issued electronically, and has no signature by hand."),
    }
