"""What people are reminded of in a cohort's year; cohorts.apps registers KINDS."""

from cohorts.reminders import plan, speakers

KINDS = (*plan.KINDS, *speakers.KINDS)
