"""Create the first course administrator of an installation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from innoskole.accounts import actions
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role


class Command(BaseCommand):
    help = (
        "Make somebody a course administrator: an existing person, or a new one without a password, "
        "who logs in with a one-time code sent by e-mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="name of a new person")
        parser.add_argument("--language", default="nb", choices=["nb", "nn", "en"])

    def handle(self, *args: Any, email: str, name: str, language: str, **options: Any) -> None:
        email = email.strip().lower()
        now = timezone.now()
        try:
            validate_email(email)
            with transaction.atomic():
                user = User.objects.filter(email=email).first() or actions.add_person(
                    email=email, name=name, language=language, by=None, now=now
                )
                actions.grant_role(
                    user, Role.COURSE_ADMINISTRATOR, by=None, now=now, reason="create_administrator"
                )
        except (Refused, ValidationError) as error:
            raise CommandError(f"{email}: {error}") from error
        self.stdout.write(f"{email} is a course administrator and logs in with a one-time code.")
