"""What the school's own people are reminded of, before and after the moment."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Appeal, Application, Decision, Intake, Release, SourceValue
from applications.reminders.municipality import page
from applications.states import LIST_IS_UNFROZEN, AppealState, IntakeState, ReleaseState
from innoskole.accounts.models import User
from innoskole.reminders.kinds import Kind, Recipient, at_the_end_of
from innoskole.reminders.steps import Rule

WHY = gettext_lazy("You get this because you are a course administrator.")


class Administrators:
    """Those who run the school, asked for by the first row that needs them and not by every one.

    Each reading of open rows begins anew: `asked_with` stands in every `open` of the kinds below.
    """

    def __init__(self) -> None:
        self._found: list[User] | None = None

    def asked_with(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        self._found = None
        return rows

    def but(self, *not_them: int | None) -> Iterator[Recipient]:
        """All who can log in, except those with these pks."""
        found = self._found
        if found is None:
            found = self._found = list(User.objects.administrators().order_by("pk"))
        return (Recipient.of(user) for user in found if user.pk not in not_them)


administrators = Administrators()


# --- Before the draw ------------------------------------------------------------------------------


def _intakes(*, settled: bool) -> "QuerySet[Intake]":
    unsettled = Exists(Application.objects.unsettled().filter(intake=OuterRef("pk")))
    rows = Intake.objects.filter(~unsettled if settled else unsettled, state__in=LIST_IS_UNFROZEN)
    return administrators.asked_with(rows)


SETTLE = Kind(
    key="settle",
    label=gettext_lazy("Settling the applications before the list is frozen"),
    demand=gettext_lazy("Settle the applications by {when}"),
    why=WHY,
    open=lambda: _intakes(settled=False),
    due_field="objections_close_at",
    since_field="closes_at",
    to=lambda intake: administrators.but(),
    title=lambda intake: _("Applications that are not settled: %(intake)s") % {"intake": intake},
    url=lambda intake, recipient: page("queue", intake.slug),
    scope=lambda intake: intake.slug,
    about=lambda intake: intake,
    rule=Rule(every=3, most=5),
    to_many=True,
)

FREEZE = Kind(
    key="freeze",
    label=gettext_lazy("Freezing the list for the draw"),
    demand=gettext_lazy("Freeze the list"),
    why=WHY,
    open=lambda: _intakes(settled=True),
    due_field="objections_close_at",
    since_field="closes_at",
    to=lambda intake: administrators.but(),
    title=lambda intake: _("The list of applicants is ready for the draw: %(intake)s") % {"intake": intake},
    url=lambda intake, recipient: page("selection", intake.slug),
    scope=lambda intake: intake.slug,
    about=lambda intake: intake,
    rule=Rule(before=(), every=1, most=5),
    to_many=True,
    is_deadline=False,
)


def _missing_values() -> "QuerySet[SourceValue]":
    rows = SourceValue.objects.missing().filter(
        round__annulled_at__isnull=True, round__intake__state=IntakeState.LOCKED
    )
    rows = rows.annotate(since_at=F("round__frozen_at")).select_related("round__intake")
    return administrators.asked_with(rows)


SOURCE = Kind(
    key="source",
    label=gettext_lazy("A value of a source of the draw"),
    demand=gettext_lazy("Get and confirm the value"),
    why=WHY,
    open=_missing_values,
    due_field="available_at",
    since_field="since_at",
    to=lambda source: administrators.but(source.entered_by_id),
    title=lambda source: (
        _("The draw waits for the value of %(source)s: %(intake)s")
        % {"source": source.source_id, "intake": source.round.intake}
    ),
    url=lambda source, recipient: page("selection_source", source.round.intake.slug, source.ordinal),
    scope=lambda source: source.round.intake.slug,
    about=lambda source: source.round.intake,
    rule=Rule(before=(), every=1, most=5),
    to_many=True,
    is_deadline=False,
)


# --- What waits for a second person before its minute ---------------------------------------------

BEFORE_ITS_MINUTE = Rule(before=(2, 1), every=1, most=3)


def _prepared_releases() -> "QuerySet[Release]":
    rows = Release.objects.filter(state=ReleaseState.PREPARED, leaves_at__gt=F("prepared_at"))
    return administrators.asked_with(rows.select_related("intake"))


RELEASE = Kind(
    key="release",
    label=gettext_lazy("Approval of the letters of a selection"),
    demand=gettext_lazy("Approve by {when}"),
    why=WHY,
    open=_prepared_releases,
    due_field="leaves_at",
    since_field="prepared_at",
    to=lambda release: administrators.but(release.prepared_by_id),
    title=lambda release: _("The letters of the selection: %(intake)s") % {"intake": release.intake},
    url=lambda release, recipient: page("release", release.intake.slug),
    scope=lambda release: release.intake.slug,
    about=lambda release: release.intake,
    rule=BEFORE_ITS_MINUTE,
    to_many=True,
)


def _prepared_decisions() -> "QuerySet[Decision]":
    rows = Decision.objects.to_approve().filter(leaves_at__gt=F("prepared_at"))
    return administrators.asked_with(rows.with_subject())


DECISION = Kind(
    key="decision",
    label=gettext_lazy("Approval of a decision"),
    demand=gettext_lazy("Approve by {when}"),
    why=WHY,
    open=_prepared_decisions,
    due_field="leaves_at",
    since_field="prepared_at",
    to=lambda decision: administrators.but(decision.prepared_by_id),
    title=lambda decision: (
        _("The decision on %(subject)s: %(kind)s")
        % {
            "subject": decision.member or decision.application.lead,
            "kind": decision.get_kind_display(),
        }
    ),
    url=lambda decision, recipient: page("decision", decision.pk),
    scope=lambda decision: decision.application.intake.slug,
    about=lambda decision: decision.application,
    rule=BEFORE_ITS_MINUTE,
    to_many=True,
)


# --- Appeals --------------------------------------------------------------------------------------


def _unanswered_appeals() -> "QuerySet[Appeal]":
    """Those without a new decision that is on its way: that one is reminded of by itself."""
    rows = Appeal.objects.unanswered().filter(led_to__isnull=True).with_case()
    return administrators.asked_with(at_the_end_of(rows, "due_on"))


def _handler_of(appeal: Appeal) -> Iterator[Recipient]:
    """Who prepares it; all administrators when nobody does, or who did has left."""
    handler = appeal.handler
    is_prepared = appeal.state == AppealState.IN_PREPARATION
    if is_prepared and handler and handler.is_active and handler.is_course_administrator:
        return iter([Recipient.of(handler)])
    return administrators.but()


APPEAL = Kind(
    key="appeal",
    label=gettext_lazy("The school's answer to an appeal"),
    demand=gettext_lazy("Answer by {when}"),
    why=WHY,
    open=_unanswered_appeals,
    due_field="due_at",
    since_field="received_at",
    to=_handler_of,
    title=lambda appeal: _("The appeal from %(name)s") % {"name": appeal.appellant_name},
    url=lambda appeal, recipient: page("appeal_case", appeal.pk),
    scope=lambda appeal: appeal.decision.application.intake.slug,
    about=lambda appeal: appeal.decision.application,
    rule=Rule(every=3, most=5),
    to_many=True,
)
