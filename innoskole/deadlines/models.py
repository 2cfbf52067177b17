"""What the law and the school's regulations say about deadlines, as dated settings with their source."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innoskole.accounts.models import Unchangeable

LONGEST = 366
MOST_SKIPS = 10


class Kind(models.TextChoices):
    """What a deadline is for. How long an offer stands is the intake's own, and not here."""

    ADMISSION_APPEAL = "admission_appeal", _("Appeal against an admission decision")
    APPEAL_ANSWER = "appeal_answer", _("The school's answer to an appeal")
    GRADING = "grading", _("Grading of an exam")
    EXPLANATION_REQUEST = "explanation_request", _("Request for an explanation of a grade")
    EXPLANATION_GIVEN = "explanation_given", _("Explanation of a grade that has been asked for")
    GRADE_APPEAL = "grade_appeal", _("Appeal against a grade")
    EXAM_WITHDRAWAL = "exam_withdrawal", _("Withdrawal from an exam")


COUNTED_FROM: dict[str, Promise | str] = {
    Kind.ADMISSION_APPEAL: _("the day on which the decision was notified"),
    Kind.APPEAL_ANSWER: _("the day on which the appeal was received"),
    Kind.GRADING: _("the day of the exam"),
    Kind.EXPLANATION_REQUEST: _("the day on which the grade was published"),
    Kind.EXPLANATION_GIVEN: _("the day on which it was asked for"),
    Kind.GRADE_APPEAL: _("the day on which the grade was published or the explanation was given"),
    Kind.EXAM_WITHDRAWAL: _("the day of the exam"),
}
# These end before the day from which they are counted.
COUNTED_BACK: frozenset[str] = frozenset({Kind.EXAM_WITHDRAWAL})


class Unit(models.TextChoices):
    WEEKS = "weeks", _("weeks")
    WORKING_DAYS = "working_days", _("working days")
    DAYS = "days", _("days")


def days_of_the_year(value: Any) -> None:
    """Raise ValidationError unless the value is a short list of different «MM-DD»."""
    try:
        # A leap year, so that 29 February is a day too.
        days = {f"{date.fromisoformat(f'2024-{each}'):%m-%d}" for each in value}
    except (TypeError, ValueError) as error:
        raise ValidationError(_("Write days of the year, such as 24.12.")) from error
    if not isinstance(value, list) or len(days) != len(value) or days != set(value):
        raise ValidationError(_("Write each day of the year once."))
    if len(days) > MOST_SKIPS:
        raise ValidationError(
            _("At most %(count)s days of the year can be left out."), params={"count": MOST_SKIPS}
        )


class DeadlineRuleQuerySet(models.QuerySet["DeadlineRule"]):
    def valid_on(self, kind: str, day: date) -> "DeadlineRule | None":
        """The version of a kind's rule that is valid on a day; None before the first."""
        return self.filter(kind=kind, valid_from_on__lte=day).order_by("-valid_from_on").first()

    def newest_first(self) -> Self:
        return self.order_by("-valid_from_on")

    def update(self, **kwargs: Any) -> int:
        raise Unchangeable("Rules of deadlines are never changed: add a version.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Rules of deadlines are never deleted: add a version.")


class DeadlineRule(models.Model):
    """One version of the rule for one kind of deadline, valid until the next one. Append-only."""

    kind = models.CharField(_("deadline"), max_length=30, choices=Kind.choices)
    amount = models.PositiveSmallIntegerField(
        _("length"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST)]
    )
    unit = models.CharField(_("unit"), max_length=15, choices=Unit.choices)
    skips = models.JSONField(
        _("days of the year that do not count"), default=list, blank=True, validators=[days_of_the_year]
    )
    moves_to_working_day = models.BooleanField(_("moves to the next working day"), default=True)
    valid_from_on = models.DateField(_("valid from"))
    legal_source = models.CharField(_("legal source"), max_length=300)

    objects = DeadlineRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of a deadline")
        verbose_name_plural = _("rules of deadlines")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "valid_from_on"],
                name="deadline_rule_once_a_day",
                violation_error_message=_("Another version of this rule is valid from the same day."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=LONGEST), name="deadline_rule_amount_in_range"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="deadline_rule_kind_is_known"),
            models.CheckConstraint(condition=Q(unit__in=Unit.values), name="deadline_rule_unit_is_known"),
            models.CheckConstraint(
                condition=Q(unit=Unit.WORKING_DAYS) | Q(skips=[]),
                name="deadline_rule_skips_working_days",
                violation_error_message=_("Only a period of working days can leave out days of the year."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.valid_from_on})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable("Rules of deadlines are never changed: add a version.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Rules of deadlines are never deleted: add a version.")

    @property
    def is_counted_back(self) -> bool:
        """Whether the period lies before the day from which it is counted."""
        return self.kind in COUNTED_BACK


def by_kind(rules: Iterable[DeadlineRule]) -> dict[Kind, list[DeadlineRule]]:
    """The versions of each kind, in the order in which they come; a kind may have none."""
    found: dict[Kind, list[DeadlineRule]] = {kind: [] for kind in Kind}
    for rule in rules:
        found[Kind(rule.kind)].append(rule)
    return found
