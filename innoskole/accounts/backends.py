"""Who is logged in, with what every page asks about them."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from innoskole.accounts import facts
from innoskole.accounts.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """As allauth's. The menu of each page costs no query of its own."""

    def get_user(self, user_id: Any) -> User | None:
        try:
            user = facts.accounts().get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
