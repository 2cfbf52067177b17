from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_decisions_offers_appeals")]

    operations = [
        migrations.AddField(
            "intake",
            "waiting_list_closed_at",
            models.DateTimeField("waiting list closed", null=True, blank=True),
        ),
        migrations.AddField(
            "intake",
            "waiting_list_closed_reason",
            models.TextField("why the waiting list is closed", blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "intake",
            models.CheckConstraint(
                condition=Q(waiting_list_closed_at__isnull=True) | ~Q(waiting_list_closed_reason=""),
                name="closed_waiting_list_has_a_reason",
            ),
        ),
    ]
