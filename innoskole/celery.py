"""The Celery app and the whole timetable.

The truth lives in the database and the broker only nudges: every periodic task is a sweep over
«due and not done», so a missed or doubled tick does no harm.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoskole.settings")

app = Celery("innoskole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "delete-interests": {
        "task": "applications.tasks.delete_interests",
        "schedule": crontab(hour=3, minute=15),
    },
    "deliver-queued-mail": {"task": "innoskole.notifications.tasks.sweep", "schedule": 60.0},
    "invite-newcomers": {"task": "applications.tasks.invite_due", "schedule": 60.0},
    "close-and-tell": {"task": "applications.tasks.sweep_deadlines", "schedule": 60.0},
    "release-decisions": {"task": "applications.tasks.release_due", "schedule": 60.0},
    "sweep-offers": {"task": "applications.tasks.sweep_offers", "schedule": 60.0},
    "remind": {"task": "innoskole.reminders.tasks.sweep", "schedule": 60.0},
    "write-letters": {"task": "applications.tasks.write_missing_letters", "schedule": 60.0},
    "let-go-of-late-places": {"task": "applications.tasks.sweep_late", "schedule": 60.0},
    "let-go-of-voided-answers": {"task": "applications.tasks.sweep_appeals", "schedule": 60.0},
}
