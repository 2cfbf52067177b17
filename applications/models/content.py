"""What an application says: which fields stand in which part, and its content as canonical text.

Two editors of a part are told apart by the version that the part had when each of them opened it.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.utils.translation import override

from applications.models.application import Application
from applications.models.readiness import current_guarantee
from applications.models.review import InformationRequest, Part
from applications.models.team import Sector, TeamMember
from applications.states import GuaranteeState, State

# Everything that the pages of one application read: fetch it together.
PARTS = (
    "municipalities__municipality",
    "members__documents",
    "guarantees",
    "information_requests",
)

# What the political body does with the case, before or after the application is sent in.
POLITICAL = ("political_body", "political_case_number", "political_decided_on", "political_outcome")
FIELDS: Mapping[str, tuple[str, ...]] = {
    Part.MUNICIPALITY: ("contact_phone",),
    Part.TEAM: (),
    Part.PROBLEM: ("problem_title", "problem_statement", "problem_reason"),
    Part.ANCHORING: (
        "plan_title",
        "plan_year",
        "plan_page",
        "plan_quote",
        *POLITICAL,
    ),
    Part.COMPOSITION: ("problem_sectors", "mitigation"),
    Part.GUARANTEE: (),
}
MEMBER_FIELDS = (
    "name",
    "email",
    "position",
    "unit",
    "sector",
    "role_type",
    "education",
    "education_details",
    "experience_years",
    "experience_details",
)

Values = dict[str, Any]

# Of a value's fingerprint: enough to tell two answers to one question apart.
DIGITS = 16


def values_of(obj: Model, fields: Iterable[str]) -> Values:
    """The saved values of some fields, by name."""
    return {field: getattr(obj, field) for field in fields}


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space; days and moments in ISO form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_iso)


def _iso(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, in hex."""
    return sha256(text.encode()).hexdigest()


def fingerprint(values: Values) -> str:
    """SHA-256 of the canonical form: equal exactly when the values are."""
    return digest(canonical(values))


def version_from(values: Values) -> str:
    """What a form carries of the values it was opened with: some hex digits for each, by name in order."""
    return "".join(fingerprint({name: values[name]})[:DIGITS] for name in sorted(values))


def changed_from(values: Values, version: str) -> set[str]:
    """The names of the values that differ from those of the version; all of them for a strange version."""
    if len(version) != DIGITS * len(values):
        return set(values)
    now = version_from(values)
    starts = range(0, len(version), DIGITS)
    return {
        name
        for name, start in zip(sorted(values), starts, strict=True)
        if version[start : start + DIGITS] != now[start : start + DIGITS]
    }


def version_of(application: Application, part: str) -> str:
    """What a part says now, as the version that its form carries."""
    if part == Part.GUARANTEE:
        guarantee = current_guarantee(application)
        return fingerprint({"pk": guarantee.pk, "state": guarantee.state} if guarantee else {})
    return version_from(values_of(application, FIELDS[part]))


def version_of_member(member: TeamMember) -> str:
    return version_from(values_of(member, MEMBER_FIELDS))


def content_of(application: Application) -> Values:
    """Everything that the municipality has written, as plain JSON values; the guarantee stands apart."""
    said = {field: getattr(application, field) for fields in FIELDS.values() for field in fields}
    return {
        "format": "innoskole-application/1",
        "reference": application.reference,
        "intake": application.intake.slug,
        "coordinator": {"name": application.coordinator.name, "email": application.coordinator.email},
        "municipalities": [
            {
                "code": part.municipality.code,
                "name": part.municipality.display_name,
                "role": part.role,
                "state": part.state,
                "answered_by": part.answered_name,
            }
            for part in sorted(application.municipalities.all(), key=lambda part: (part.role, part.pk))
        ],
        "team": [
            {
                **values_of(member, MEMBER_FIELDS),
                "documents": [
                    {"name": document.original_name, "sha256": document.digest}
                    for document in member.documents.all()
                ],
            }
            for member in application.members.all()
        ],
        **said,
    }


def content_digest(application: Application) -> str:
    """The digest of the content without the guarantee: what an approver or submitter has looked at."""
    return digest(canonical(content_of(application)))


def guaranteed_digest(application: Application) -> str:
    """The digest of what the guarantee rests on: all of the content but the treatment in the political body.

    The body may treat the case after the guarantee is given, which takes nothing away from the guarantee.
    """
    return digest(
        canonical({name: said for name, said in content_of(application).items() if name not in POLITICAL})
    )


def changed_since_guarantee(application: Application) -> bool:
    """Whether a guarantee is given that rests on other content than that of today."""
    guarantee = current_guarantee(application)
    return (
        guarantee is not None
        and bool(guarantee.content_digest)
        and guarantee.state == GuaranteeState.GIVEN
        and guarantee.content_digest != guaranteed_digest(application)
    )


def receipt_content(application: Application) -> str:
    """The canonical text of what is sent in: the content and the guarantee behind it."""
    guarantee = current_guarantee(application)
    given = (
        {
            "approver_name": guarantee.approver_name,
            "approver_title": guarantee.approver_title,
            "approver_email": guarantee.approver_email,
            "answered_name": guarantee.answered_name,
            "answered_at": guarantee.answered_at,
            "text": guarantee.text,
        }
        if guarantee
        else None
    )
    return canonical({**content_of(application), "guarantee": given})


def in_source(obj: Model, fields: Iterable[str]) -> Values:
    """The values as the audit keeps them: choices by their label in the source language."""
    with override("en"):
        return {field: _labelled(obj, field) for field in fields}


def source_label(model: type[Model], field: str) -> str:
    """A field's name in the source language, under which the audit of another object names it."""
    with override("en"):
        return str(model._meta.get_field(field).verbose_name)  # type: ignore[union-attr]


def _labelled(obj: Model, field: str) -> Any:
    if field == "problem_sectors":
        return [str(Sector(sector).label) for sector in getattr(obj, field)]
    display = getattr(obj, f"get_{field}_display", None)
    return str(display()) if display else getattr(obj, field)


def open_request(application: Application) -> InformationRequest | None:
    """The request for information that is open, from the fetched relation."""
    found = [request for request in application.information_requests.all() if request.closed_at is None]
    return found[0] if found else None


def open_parts(application: Application, now: datetime) -> frozenset[str]:
    """The parts that may be changed at `now`: all of a draft, the named ones of a request, else none."""
    if application.is_open_at(now):
        return frozenset(Part.values)
    request = open_request(application)
    if request and application.state == State.INFORMATION_REQUESTED and now <= request.due_at:
        return frozenset(request.parts)
    return frozenset()


def answer_by(application: Application) -> datetime:
    """The last moment for answers of partners and approvers: the application's, or the open request's."""
    request = open_request(application)
    return request.due_at if request else application.closes_at
