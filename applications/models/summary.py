"""The application as people read it: headings, questions and answers in the language in force."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models.application import Application, Guarantee, MunicipalityRole
from applications.models.content import FIELDS, MEMBER_FIELDS, Values, content_of
from applications.models.readiness import current_guarantee
from applications.models.review import Part
from applications.models.team import EducationLevel, RoleType, Sector, TeamMember, sector_names
from applications.states import GuaranteeState, PartnerState
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

    field: str
    label: str
    theirs: str
    mine: str


def label(model: type[Model], field: str) -> str:
    text = str(model._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    return text[:1].upper() + text[1:]


def answer(model: type[Model], field: str, value: Any) -> str:
    """A field's value as a reader sees it."""
    if field == "problem_sectors":
        return sector_names(sector for sector in Sector.values if sector in value)
    choices = dict(model._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
    if isinstance(model._meta.get_field(field), DateField) and isinstance(value, str):
        value = date.fromisoformat(value)  # as the stored content writes it
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
        Difference(field, label(model, field), answer(model, field, value), answer(model, field, mine[field]))
        for field, value in theirs.items()
        if value != mine[field]
    ]


def sections(application: Application) -> list[Section]:
    """The whole application as it stands, part by part. Reads the relations of content.PARTS only."""
    guarantee = current_guarantee(application)
    return [*_content_sections(content_of(application)), _section(Part.GUARANTEE, _guarantee(guarantee))]


def receipt_sections(content: str) -> list[Section]:
    """What was sent in, part by part, from the text that the receipt's digest was made of."""
    said = json.loads(content)
    return [*_content_sections(said), _section(Part.GUARANTEE, _given_guarantee(said["guarantee"]))]


def _content_sections(content: Values) -> list[Section]:
    return [
        _section(Part.MUNICIPALITY, _municipality(content)),
        _section(Part.TEAM, _team(content["team"])),
        _section(Part.PROBLEM, _answers(content, FIELDS[Part.PROBLEM])),
        _section(Part.ANCHORING, _answers(content, FIELDS[Part.ANCHORING])),
        _section(Part.COMPOSITION, _composition(content)),
    ]


def _section(part: Part, rows: list[tuple[str, str]]) -> Section:
    return Section(part.value, str(part.label), rows)


def _answers(content: Values, fields: Sequence[str]) -> list[tuple[str, str]]:
    return [(label(Application, field), answer(Application, field, content[field])) for field in fields]


def _municipality(content: Values) -> list[tuple[str, str]]:
    lead, partners = None, []
    for part in content["municipalities"]:
        if part["role"] == MunicipalityRole.LEAD:
            lead = part["name"]
        else:
            status = _("%(municipality)s: %(state)s") % {
                "municipality": part["name"],
                "state": PartnerState(part["state"]).label,
            }
            partners.append((_("Partner municipality"), status))
    return [
        (_("Municipality"), lead or ""),
        (_("Contact person"), content["coordinator"]["name"]),
        (_("E-mail"), content["coordinator"]["email"]),
        *_answers(content, FIELDS[Part.MUNICIPALITY]),
        *partners,
    ]


def member_rows(member: TeamMember) -> list[tuple[str, str]]:
    """One person's answers, the documents last."""
    documents = ", ".join(document.original_name for document in member.documents.all())
    answers = [
        (label(TeamMember, field), answer(TeamMember, field, getattr(member, field)))
        for field in MEMBER_FIELDS
    ]
    return [*answers, (_("Documents"), documents or _("No documents"))]


def _team(team: list[Values]) -> list[tuple[str, str]]:
    rows = []
    for number, member in enumerate(team, start=1):
        count = len(member["documents"])
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
                        member["name"],
                        f"{member['position']}, {member['unit']}",
                        member["email"],
                        f"{Sector(member['sector']).label} – {RoleType(member['role_type']).label}",
                        str(EducationLevel(member["education"]).label),
                        *([member["education_details"]] if member["education_details"] else []),
                        years_of_experience(member["experience_years"]),
                        *([member["experience_details"]] if member["experience_details"] else []),
                        documents,
                    )
                ),
            )
        )
    return rows or [(_("People"), "")]


def years_of_experience(count: int) -> str:
    return ngettext(
        "%(count)s year of relevant work experience", "%(count)s years of relevant work experience", count
    ) % {"count": count}


def _composition(content: Values) -> list[tuple[str, str]]:
    present = {member["sector"] for member in content["team"]}
    in_team = sector_names(sector for sector in Sector.values if sector in present)
    sectors, mitigation = FIELDS[Part.COMPOSITION]
    return [
        *_answers(content, [sectors]),
        (_("Sectors in the team"), in_team),
        *_answers(content, [mitigation]),
    ]


def _guarantee(guarantee: Guarantee | None) -> list[tuple[str, str]]:
    if guarantee is None:
        return [(_("Approver"), "")]
    rows = [
        (_("Approver"), guarantee.approver_name),
        (_("Title"), guarantee.approver_title),
        (_("E-mail"), guarantee.approver_email),
        (_("Status"), str(guarantee.get_state_display())),
    ]
    if guarantee.state == GuaranteeState.GIVEN and guarantee.answered_at:
        rows.append((_("Date given"), formats.moment(guarantee.answered_at)))
    if guarantee.comment:
        rows.append((_("Comment"), guarantee.comment))
    return rows


def _given_guarantee(given: Values | None) -> list[tuple[str, str]]:
    if given is None:
        return [(_("Approver"), "")]
    rows = [
        (_("Approver"), given["approver_name"]),
        (_("Title"), given["approver_title"]),
        (_("E-mail"), given["approver_email"]),
    ]
    if given["answered_at"]:
        rows += [
            (_("Given by"), given["answered_name"]),
            (_("Date given"), formats.moment(datetime.fromisoformat(given["answered_at"]))),
            (_("The text agreed to"), given["text"]),
        ]
    return rows
