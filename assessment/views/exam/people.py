"""The candidates of an exam for its staff: the list and its export, what has changed, and one person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.administrator.queue import EXPORTS
from applications.views.deeds import Deed, Deeds, deed_page, offered, says
from assessment.actions.exam import absence, registration
from assessment.forms.exam_registration import CandidateFilterForm, DecisionForm
from assessment.models import Candidate, Exam
from assessment.models.exam.register import Row, counted, in_order, register_of
from assessment.models.exam.registration import (
    Difference,
    Evidence,
    digest_of,
    since_locking,
    spent_attempts,
)
from assessment.models.readiness import Aim, standing
from assessment.states import CandidateState, ExamState
from assessment.views.exam.access import exam_for_staff
from assessment.views.exam.exams import STATE_COLORS, deeds_of
from cohorts.models import Participant
from cohorts.permissions import administers
from innoskole.accounts.guards import administrator_required, person
from innoskole.accounts.models import User
from innoskole.ui.tables import Column, chosen_sort, paginate_sorted

COLUMNS = (
    Column("name", gettext_lazy("Name"), order_by=("name",)),
    Column("team", gettext_lazy("Team"), order_by=("team",)),
    Column("state", gettext_lazy("State"), order_by=("state",)),
    Column("attempt", gettext_lazy("Attempt"), numeric=True),
    Column("registered", gettext_lazy("Registration")),
)
DEFAULT_SORT = "team"


def candidates(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Who sits the exam, and until the list is locked who might; 50 at a time."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    everybody = register_of(exam, now)
    form, sort, chosen = _chosen(request, everybody)
    listed = paginate_sorted(request, chosen, COLUMNS, sort=sort)
    return TemplateResponse(
        request,
        "assessment/exam/registration/candidates.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "color": STATE_COLORS.get(exam.state, "neutral"),
            "form": form,
            "list": listed,
            "counts": counted(everybody),
            "has_people": bool(everybody),
            "deeds": deeds_of(exam, person(request), now),
            "is_frozen": exam.locked_at is not None,
        },
    )


def candidates_export(request: HttpRequest, slug: str, number: int, kind: str) -> HttpResponse:
    """Exactly the people that the filter lets through, in the same order; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    form, _sort, chosen = _chosen(request, register_of(exam, now))
    file_name = f"candidates-{slug}-{number}.{kind}"
    registration.record_export(
        exam, filters=form.in_words(), rows=len(chosen), file_name=file_name, by=person(request), now=now
    )
    return EXPORTS[kind](file_name, _export_columns(), [_export_line(row) for row in chosen])


def _chosen(request: HttpRequest, everybody: Sequence[Row]) -> tuple[CandidateFilterForm, str, list[Row]]:
    form = CandidateFilterForm(request.GET)
    asked = form.asked()
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT)
    found = [row for row in everybody if row.let_through(asked["q"], asked["state"])]
    return form, sort, in_order(found, sort)


def _export_columns() -> list[str]:
    return [
        _("Team number"),
        _("Municipality"),
        _("Name"),
        _("E-mail"),
        _("State"),
        _("Attempt"),
        _("Registration"),
        _("Registered by exception"),
        _("Missing"),
    ]


def _export_line(row: Row) -> list[Any]:
    candidate = row.candidate
    return [
        row.participant.team.number,
        str(row.participant.team),
        row.participant.member.name,
        row.participant.member.email,
        str(row.place.label),
        candidate.attempt if candidate else None,
        candidate.registered_at if candidate else None,
        candidate.has_exception if candidate else None,
        row.missing,
    ]


# --- What has changed since the list was locked ----------------------------------------------------------


def changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The evidence of the locked list against the facts of today, for everybody for whom they differ."""
    exam = exam_for_staff(request, slug, number)
    if exam.locked_at is None:
        raise Http404
    rows = exam.candidates.exclude(evidence_digest="").with_names()
    kept = list(rows.select_related("participant__team__cohort__intake").in_order())
    found = since_locking(kept, timezone.now())
    return TemplateResponse(
        request,
        "assessment/exam/registration/changes.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "people": len(kept),
            "rows": [(each, _told(found[each.pk])) for each in kept if found.get(each.pk)],
            "forged": [each for each in kept if digest_of(each.evidence) != each.evidence_digest],
        },
    )


def _told(found: Sequence[Difference]) -> list[tuple[Difference, str, str]]:
    """Each with its label in the reader's language, and a colour for what was lost."""
    return [
        (each, label_in_words(each.label), "warning" if each.turn == "lost" else "neutral") for each in found
    ]


def label_in_words(label: str) -> str:
    """A condition's label, kept in English, in the language in force; a number in it stays."""
    words, _space, number = label.rpartition(" ")
    if number.isdigit():
        pattern = f"{words} %(number)s"
        return _(pattern) % {"number": number}
    return _(label)


# --- One person ------------------------------------------------------------------------------------------


def person_page(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Where a participant stands with this exam: evidence, attempts, history, and what can be decided."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    participant = _participant(exam, pk)
    own = _own(exam, participant)
    one = standing(participant, now)
    changed = since_locking([own], now)[own.pk] if own and own.evidence else []
    return TemplateResponse(
        request,
        "assessment/exam/registration/person.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "participant": participant,
            "candidate": own,
            "standing": one,
            "is_student": one.aim == Aim.EXAM,
            "used": spent_attempts([participant], besides=exam)[participant.pk],
            "evidence": _evidence(own.evidence) if own and own.evidence_digest else [],
            "differences": _told(changed),
            "others": participant.candidacies.exclude(exam=exam)
            .select_related("exam")
            .order_by("-exam__number"),
            "deeds": offered(_deeds(exam, own), participant, person(request), now),
        },
    )


def _evidence(kept: Evidence) -> list[tuple[str, bool, str]]:
    return [(label_in_words(each["label"]), each["is_met"], each["says"]) for each in kept]


@administrator_required
def person_deed(request: HttpRequest, slug: str, number: int, pk: int, deed: str) -> HttpResponse:
    """One of the school's decisions about a person; the page says who gets mail."""
    exam = exam_for_staff(request, slug, number)
    participant = _participant(exam, pk)
    return deed_page(
        request,
        _deeds(exam, _own(exam, participant)),
        deed,
        participant,
        template="assessment/exam/registration/deed.html",
        back=reverse("assessment:exam_person", args=[slug, number, pk]),
        context={"cohort": exam.cohort, "exam": exam, "who": participant, "person": participant},
    )


def _participant(exam: Exam, pk: int) -> Participant:
    found = Participant.objects.filter(team__cohort=exam.cohort_id).with_names()
    return get_object_or_404(found, pk=pk)


def _own(exam: Exam, participant: Participant) -> Candidate | None:
    own = exam.candidates.filter(participant=participant).select_related("paper", "decided_by").first()
    if own is not None:
        own.exam, own.participant = exam, participant
    return own


MAIL = gettext_lazy("The person gets an e-mail with the reason.")


def _deeds(exam: Exam, own: Candidate | None) -> Deeds[Participant]:
    is_registered = own is not None and own.state == CandidateState.REGISTERED

    def only(condition: bool, why: str) -> Any:
        return lambda thing, user, now: (
            _("Only course administrators can do this.")
            if not administers(user)
            else ""
            if condition
            else why
        )

    def absent(is_valid: bool) -> Any:
        def obstacle(thing: Participant, user: User, now: datetime) -> str:
            if not administers(user):
                return _("Only course administrators can do this.")
            if own is None:
                return _("The person is not registered.")
            return absence.obstacle_to(own, is_valid=is_valid, now=now)

        return obstacle

    def record(is_valid: bool) -> Any:
        def run(thing: Participant, **given: Any) -> None:
            assert own is not None  # the obstacle has said so
            absence.record(own, is_valid=is_valid, **given)

        return run

    is_open = exam.state == ExamState.OPEN
    needs_exception = is_open and not (own is not None and own.has_exception and is_registered)
    deeds: Mapping[str, Deed[Participant]] = {
        "let-sit": Deed(
            title=gettext_lazy("Let the person sit the exam by exception"),
            button=gettext_lazy("Let the person sit the exam"),
            done=gettext_lazy("The person is on the list of candidates."),
            run=partial(registration.let_sit, exam),
            obstacle=only(needs_exception, _("An exception is made until the list of candidates is locked.")),
            consequences=says(
                gettext_lazy(
                    "The person comes onto the list, or stays on it, although something is missing."
                ),
                gettext_lazy("The list says that it is an exception, and why."),
                MAIL,
            ),
            form=DecisionForm,
        ),
        "take-off": Deed(
            title=gettext_lazy("Take the person off the list"),
            button=gettext_lazy("Take the person off the list"),
            done=gettext_lazy("The person is not on the list any more."),
            run=partial(registration.take_off, exam),
            obstacle=only(is_registered, _("The person is not registered.")),
            consequences=says(gettext_lazy("No attempt is used."), MAIL),
            form=DecisionForm,
            color="danger",
        ),
        "valid-absence": Deed(
            title=gettext_lazy("Record an absence with a valid reason"),
            button=gettext_lazy("Record it"),
            done=gettext_lazy("The absence is recorded."),
            run=record(True),
            obstacle=absent(True),
            consequences=says(
                gettext_lazy("No attempt is used, and the person can register for the next exam."), MAIL
            ),
            form=DecisionForm,
        ),
        "absence": Deed(
            title=gettext_lazy("Record an absence"),
            button=gettext_lazy("Record it"),
            done=gettext_lazy("The absence is recorded."),
            run=record(False),
            obstacle=absent(False),
            consequences=says(
                gettext_lazy("An attempt is used."),
                gettext_lazy("It can be changed when the person sends documentation of a valid reason."),
                MAIL,
            ),
            form=DecisionForm,
        ),
    }
    return deeds
