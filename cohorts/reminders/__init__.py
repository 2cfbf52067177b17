"""What people are reminded of in a cohort's year; cohorts.apps registers KINDS."""

from cohorts.reminders import contributions, plan, speakers, study_tour, supervision

KINDS = (*plan.KINDS, *speakers.KINDS, *study_tour.KINDS, *supervision.KINDS, *contributions.KINDS)
