"""The application as people read it: headings, questions and answers in the language in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models.application import Application, MunicipalityRole
from applications.models.content import FIELDS, MEMBER_FIELDS, Values
from applications.models.readiness import current_guarantee
from applications.models.review import Part
from applications.models.team import Sector, TeamMember
from applications.states import GuaranteeState
from innoskole.ui import formats


@dataclass(frozen=True)
class Section:
    """A part of the application with its answers as (question, answer) pairs."""

    part: str
    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Difference:
    """A question to which two people have given different answers."""

    label: str
    theirs: str
    mine: str


def label(model: type[Model], field: str) -> str:
    text = str(model._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    return text[:1].upper() + text[1:]


def answer(model: type[Model], field: str, value: Any) -> str:
    """A field's value as a reader sees it."""
    if field == "problem_sectors":
        return ", ".join(str(Sector(sector).label) for sector in Sector.values if sector in value)
    choices = dict(model._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
    match value:
        case None:
            return ""
        case date():
            return formats.day(value)
        case _ if value in choices:
            return str(choices[value])
        case _:
            return str(value)


def differences(model: type[Model], theirs: Values, mine: Values) -> list[Difference]:
    """The questions on which two versions of a part differ, in the order of the part."""
    return [
        Difference(label(model, field), answer(model, field, value), answer(model, field, mine[field]))
        for field, value in theirs.items()
        if value != mine[field]
    ]


def sections(application: Application) -> list[Section]:
    """The whole application, part by part. Reads the relations of content.PARTS only."""
    return [
        Section(part.value, str(part.label), rows)
        for part, rows in (
            (Part.MUNICIPALITY, _municipality(application)),
            (Part.TEAM, _team(application)),
            (Part.PROBLEM, _fields(application, FIELDS[Part.PROBLEM])),
            (Part.ANCHORING, _fields(application, FIELDS[Part.ANCHORING])),
            (Part.COMPOSITION, _composition(application)),
            (Part.GUARANTEE, _guarantee(application)),
        )
    ]


def _fields(obj: Model, fields: Sequence[str]) -> list[tuple[str, str]]:
    model = type(obj)
    return [(label(model, field), answer(model, field, getattr(obj, field))) for field in fields]


def _municipality(application: Application) -> list[tuple[str, str]]:
    rows = [
        (_("Municipality"), str(application.lead)),
        (_("Contact person"), application.coordinator.name),
        (_("E-mail"), application.coordinator.email),
        *_fields(application, FIELDS[Part.MUNICIPALITY]),
    ]
    for part in application.municipalities.all():
        if part.role == MunicipalityRole.PARTNER:
            status = _("%(municipality)s: %(state)s") % {
                "municipality": part.municipality,
                "state": part.get_state_display(),
            }
            rows.append((_("Partner municipality"), status))
    return rows


def member_rows(member: TeamMember) -> list[tuple[str, str]]:
    """One person's answers, the documents last."""
    documents = ", ".join(document.original_name for document in member.documents.all())
    return [*_fields(member, MEMBER_FIELDS), (_("Documents"), documents)]


def _team(application: Application) -> list[tuple[str, str]]:
    rows = []
    for number, member in enumerate(application.members.all(), start=1):
        count = len(member.documents.all())
        documents = (
            ngettext("%(count)s document", "%(count)s documents", count) % {"count": count}
            if count
            else _("no documents")
        )
        rows.append(
            (
                _("Person %(number)s") % {"number": number},
                "\n".join(
                    (
                        member.name,
                        f"{member.position}, {member.unit}",
                        member.email,
                        f"{member.get_sector_display()} – {member.get_role_type_display()}",
                        str(member.get_education_display()),
                        *([member.education_details] if member.education_details else []),
                        _years(member.experience_years),
                        *([member.experience_details] if member.experience_details else []),
                        documents,
                    )
                ),
            )
        )
    return rows or [(_("People"), "")]


def _years(count: int) -> str:
    return ngettext(
        "%(count)s year of relevant work experience", "%(count)s years of relevant work experience", count
    ) % {"count": count}


def _composition(application: Application) -> list[tuple[str, str]]:
    return [
        *_fields(application, FIELDS[Part.COMPOSITION][:1]),
        (
            _("Sectors in the team"),
            ", ".join(str(Sector(sector).label) for sector in application.team_sectors()),
        ),
        *_fields(application, FIELDS[Part.COMPOSITION][1:]),
    ]


def _guarantee(application: Application) -> list[tuple[str, str]]:
    guarantee = current_guarantee(application)
    if guarantee is None:
        return [(_("Approver"), "")]
    rows = [
        (_("Approver"), guarantee.approver_name),
        (_("Title"), guarantee.approver_title),
        (_("E-mail"), guarantee.approver_email),
        (_("Guarantee"), str(guarantee.get_state_display())),
    ]
    if guarantee.state == GuaranteeState.GIVEN and guarantee.answered_at:
        rows.append((_("Given"), formats.moment(guarantee.answered_at)))
    if guarantee.comment:
        rows.append((_("Comment"), guarantee.comment))
    return rows
