"""A deed with a page of its own: it says what follows and who gets mail, before anything is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise

from applications.forms.administrator import ReasonForm
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User

Thing = TypeVar("Thing", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Deed(Generic[Thing]):
    """What can be done with a thing.

    obstacle: why this person cannot do it now, as a sentence; empty when they can.
    consequences: what follows, a sentence each. form: made with what `given` says besides the data.
    run: called as run(thing, **form.cleaned_data, by=…, now=…); may raise Refused.
    """

    title: str | Promise
    button: str | Promise
    done: str | Promise
    run: Callable[..., Any]
    obstacle: Callable[[Thing, User, datetime], str]
    consequences: Callable[[Thing, datetime], Sequence[str | Promise]]
    form: type[forms.Form] = ReasonForm
    given: Callable[[Thing, datetime], Mapping[str, Any]] = lambda thing, now: {}
    color: str = ""


Deeds = Mapping[str, Deed[Thing]]


def says(*sentences: str | Promise) -> Callable[[Model, datetime], Sequence[str | Promise]]:
    """What follows from a deed, where it is the same for every thing."""
    return lambda thing, now: sentences


def offered(deeds: Deeds[Thing], thing: Thing, user: User, now: datetime) -> list[tuple[str, Deed[Thing]]]:
    """The deeds that this person can do now."""
    return [(key, deed) for key, deed in deeds.items() if not deed.obstacle(thing, user, now)]


def deed_page(
    request: HttpRequest,
    deeds: Deeds[Thing],
    key: str,
    thing: Thing,
    *,
    template: str,
    back: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """GET says what follows, or why it cannot be done; POST does it and leads to `back`.

    template: extends applications/_deed.html. A refusal is said on the form, and nothing typed is lost.
    """
    if key not in deeds:
        raise Http404
    deed, user, now = deeds[key], person(request), timezone.now()
    data = request.POST if request.method == "POST" else kept_post(request)
    form = deed.form(data, request.FILES or None, **deed.given(thing, now))
    if request.method == "POST" and form.is_valid():
        try:
            deed.run(thing, **form.cleaned_data, by=user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(deed.done))
            return redirect(back)
    return TemplateResponse(
        request,
        template,
        {
            "deed": deed,
            "form": form,
            "back": back,
            "obstacle": "" if form.errors else deed.obstacle(thing, user, now),
            "consequences": deed.consequences(thing, now),
            **context,
        },
    )
