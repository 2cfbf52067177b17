"""Where a group's paper stands, in a word with a colour and in a sentence to the group."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import Candidate, Paper
from assessment.models.exam.standing import Standing, latest, standing, with_reads
from assessment.views.requirements import Mark
from innoskole.ui import formats

COLORS: dict[str, str] = {
    Standing.DELIVERED: "success",
    Standing.OPEN: "warning",
    Standing.LATE: "danger",
    Standing.MISSING: "danger",
}


def mark_of(paper: Paper, now: datetime) -> Mark:
    found = standing(paper, now)
    return Mark(str(found.label), COLORS.get(found, "neutral"))


def says(paper: Paper, now: datetime) -> str:
    """What the group must know of its paper now. Reads what `with_reads` has read."""
    newest = latest(paper)
    due = {"moment": formats.moment(paper.due_at)}
    match standing(paper, now):
        case Standing.NOT_OPEN:
            return _("The paper can be delivered from %(opens)s until %(moment)s, Norwegian time.") % {
                **due,
                "opens": formats.moment(paper.exam.paper_opens_at),
            }
        case Standing.OPEN:
            return _("Nothing is delivered yet. One of you delivers for the whole group by %(moment)s.") % due
        case Standing.DELIVERED if now <= paper.due_at:
            return _(
                "Version %(version)s is delivered. You can deliver anew until %(moment)s; the latest counts."
            ) % {**due, "version": paper.version}
        case Standing.DELIVERED:
            return _("Version %(version)s is delivered, and counts.") % {"version": paper.version}
        case Standing.LATE:
            return _(
                "The deadline was %(moment)s. Your paper came %(came)s. "
                "The school decides whether it counts, and each of you gets an e-mail."
            ) % {**due, "came": formats.moment(newest.delivered_at) if newest else ""}
        case Standing.MISSING:
            return (
                _(
                    "The deadline was %(moment)s, and nothing is delivered. "
                    "You can still deliver: the paper is marked as late, "
                    "and the school decides whether it counts."
                )
                % due
            )
        case _:
            return _("Nobody in this group sits the exam now.")


def section(candidate: Candidate, now: datetime) -> Mapping[str, Any] | None:
    """What the candidate's own page says of the paper; nothing before the list of candidates is locked."""
    paper = with_reads(Paper.objects.filter(candidates=candidate)).first()
    if paper is None:
        return None
    return {
        "mark": mark_of(paper, now),
        "says": says(paper, now),
        "url": reverse("assessment:paper", args=[paper.exam.cohort.slug, paper.exam.number]),
    }
