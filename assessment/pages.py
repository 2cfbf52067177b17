"""The pages of this story in the three rooms of a cohort."""

from cohorts.navigation import Page

PAGES: tuple[Page, ...] = ()
