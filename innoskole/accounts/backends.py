"""Who is logged in, with what every page asks about them."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from innoskole.accounts import facts
from innoskole.accounts.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """As allauth's. The menu of each page costs no query of its own."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.filter(pk=user_id).annotate(**facts.annotations()).first()
        return user if user is not None and self.user_can_authenticate(user) else None
