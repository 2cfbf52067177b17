from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce


def say_when_letters_were_given_up(apps, schema_editor):
    """The last attempt is the nearest that is known of it."""
    failed = apps.get_model('notifications', 'Message').objects.filter(state='failed')
    failed.update(failed_at=Coalesce('claimed_at', 'next_attempt_at'))


class Migration(migrations.Migration):

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('notifications', '0002_held_back_because'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='failed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='given up'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['kind', '-queued_at', '-id'], name='message_of_kind'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['to_email', 'sent_at'], name='message_to'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('failed_at__isnull', False)), fields=['to_email'], name='message_given_up'),
        ),
        migrations.RunPython(say_when_letters_were_given_up, migrations.RunPython.noop),
    ]
