"""What people are reminded of in a cohort's year; cohorts.apps registers KINDS."""

from cohorts.reminders import contributions, plan, speakers, supervision

KINDS = (*plan.KINDS, *speakers.KINDS, *supervision.KINDS, *contributions.KINDS)
