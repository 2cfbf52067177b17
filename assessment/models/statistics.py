"""What everybody may know about a cohort in figures: released once it is settled, small figures left out.

The public pages and files read nothing but these rows. What is withheld is not in them, so no page, filter or
file can give it away; and figures that change one by one are never shown, so nobody is found by comparing
yesterday's with today's.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from innoskole.accounts.models import Unchangeable


class StatisticsReleaseQuerySet(models.QuerySet["StatisticsRelease"]):
    def in_force(self) -> "StatisticsReleaseQuerySet":
        """The latest of each cohort."""
        later = StatisticsRelease.objects.filter(cohort=OuterRef("cohort"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))

    def with_names(self) -> "StatisticsReleaseQuerySet":
        return self.select_related("cohort__intake")

    def newest_first(self) -> "StatisticsReleaseQuerySet":
        return self.order_by("-cohort__intake__opens_at", "-cohort__pk")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Released statistics are never deleted: release them anew, with a reason.")


class StatisticsRelease(models.Model):
    """The figures of a cohort as they were released; content as in docs/statistics-data.md, without names.

    digest: of the content. reason: why figures that had been released were released anew.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="statistics_releases")
    number = models.PositiveSmallIntegerField(_("version"))
    content: "models.JSONField[Any, Any]" = models.JSONField(_("figures"))
    digest = models.CharField(_("checksum"), max_length=64)
    reason = models.TextField(_("why they were released anew"), blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(_("released"))

    objects = StatisticsReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint("cohort", "number", name="statistics_releases_are_numbered"),
            models.CheckConstraint(
                condition=Q(number=1) | (Q(number__gt=1) & ~Q(reason="")),
                name="a_later_release_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} v{self.number}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Released statistics are never deleted: release them anew, with a reason.")
