"""The Celery app and the whole timetable.

The truth lives in the database and the broker only nudges: every periodic task is a sweep over
«due and not done», so a missed or doubled tick does no harm. A tick that no worker took within two minutes is
of no use any more: after an outage the next one does all of it, and the queue is not full of old ones.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoskole.settings")

app = Celery("innoskole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

EVERY_MINUTE = {"schedule": 60.0, "options": {"expires": 120}}

app.conf.beat_schedule = {
    "delete-interests": {
        "task": "applications.tasks.delete_interests",
        "schedule": crontab(hour=3, minute=15),
    },
    "forget-cohort-details": {
        "task": "cohorts.tasks.forget_details",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": 3600},
    },
    "forget-certificates": {
        "task": "assessment.tasks.forget_certificates",
        "schedule": crontab(hour=3, minute=45),
        "options": {"expires": 3600},
    },
    "make-grades-final": {
        "task": "assessment.tasks.make_grades_final",
        "schedule": crontab(hour=3, minute=45),
        "options": {"expires": 3600},
    },
    "deliver-queued-mail": {"task": "innoskole.notifications.tasks.sweep", **EVERY_MINUTE},
    "invite-newcomers": {"task": "applications.tasks.invite_due", **EVERY_MINUTE},
    "close-and-tell": {"task": "applications.tasks.sweep_deadlines", **EVERY_MINUTE},
    "release-decisions": {"task": "applications.tasks.release_due", **EVERY_MINUTE},
    "sweep-offers": {"task": "applications.tasks.sweep_offers", **EVERY_MINUTE},
    "remind": {"task": "innoskole.reminders.tasks.sweep", **EVERY_MINUTE},
    "refresh-calendars": {
        "task": "innoskole.calendars.tasks.sweep",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "write-letters": {"task": "applications.tasks.write_missing_letters", **EVERY_MINUTE},
    "begin-course": {"task": "cohorts.tasks.begin_course", **EVERY_MINUTE},
    "open-work-requirements": {"task": "assessment.tasks.open_requirements", **EVERY_MINUTE},
    "open-exams": {"task": "assessment.tasks.open_exams", **EVERY_MINUTE},
    "write-certificates": {"task": "assessment.tasks.write_certificates", **EVERY_MINUTE},
    "let-go-of-late-places": {"task": "applications.tasks.sweep_late", **EVERY_MINUTE},
    "let-go-of-voided-answers": {"task": "applications.tasks.sweep_appeals", **EVERY_MINUTE},
}
