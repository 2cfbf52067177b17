"""Figures that stand as they were released."""

from __future__ import annotations

from datetime import timedelta

import factory

from assessment.models import StatisticsRelease
from assessment.models.cohort_figures import figures
from tests.cohorts.factories import CohortFactory
from tests.factories import NOW, UserFactory


class StatisticsReleaseFactory(factory.django.DjangoModelFactory):
    """The figures of the cohort as they stand; `content=` for others."""

    class Meta:
        model = StatisticsRelease

    cohort = factory.SubFactory(CohortFactory)
    number = 1
    content = factory.LazyAttribute(lambda o: figures(o.cohort).public())
    digest = "0" * 64
    released_by = factory.SubFactory(UserFactory, is_course_administrator=True)
    released_at = NOW - timedelta(days=1)
