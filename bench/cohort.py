"""A cohort's matrix and the instructor's queue at 1, 10 and 100 cohorts of 24 teams of 4, against a bare view
of 50 rows and a join. The marks: at least half its rate, at most 10 queries, and as quick with 100 as with 1.

The matrix reckons the readiness of all 96 people of its cohort, from their results, half-days, fees and
decisions: it cannot be a page of 50 rows, because the filter asks what they lack.
"""
