"""Who may pass: the exception that refuses a deed and the decorators that close a page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeAlias

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class Refused(Exception):
    """A deed that the rules do not allow. str() is one translated sentence for the person who tried."""


def person(request: HttpRequest) -> User:
    """The logged-in person behind a request; PermissionDenied (403) if nobody is logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied(_("You must log in to see this page."))
    return request.user


def administrator_required(view: View[P]) -> View[P]:
    """Close a view to everybody but course administrators: others get the 403 page with a sentence."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not has_role(person(request), Role.COURSE_ADMINISTRATOR):
            raise PermissionDenied(_("Only course administrators can open this page."))
        return view(request, *args, **kwargs)

    return guarded


def instructor_required(view: View[P]) -> View[P]:
    """Close a view to everybody but instructors and course administrators."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = person(request)
        if not (has_role(user, Role.INSTRUCTOR) or has_role(user, Role.COURSE_ADMINISTRATOR)):
            raise PermissionDenied(_("Only instructors and course administrators can open this page."))
        return view(request, *args, **kwargs)

    return guarded
