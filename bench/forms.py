"""Our form steps against a bare crispy form with as many fields. The mark: at least half its rate.

The form of the mark is the framed one. A step is a page of the site, so it has the site's frame; against a
form of one field without it, the ratio would measure little but header and footer, and say nothing of what a
step adds: who may open it, what is saved and kept, what the form says. The bare form stands beside it, so
that the cost of the frame is seen too.
"""

from collections.abc import Callable
from datetime import timedelta

from bench import _product as product  # first: it sets Django up

# isort: split
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone

from applications.models import Part
from innoskole.municipalities.models import Municipality
from tests.factories import AffiliationFactory, ApplicationFactory, IntakeFactory, UserFactory

BARE = product.Bare("<form>{{ form|crispy }}</form>", load="crispy_forms_filters")


@login_not_required
def bare(request: HttpRequest, fields: int, framed: bool = False) -> HttpResponse:
    names = [f"field_{number}" for number in range(fields)]
    form_class: Callable[[], forms.Form] = type(
        "BareForm", (forms.Form,), {name: forms.CharField(max_length=100) for name in names}
    )
    return BARE.response(request, {"form": form_class()}, framed=framed)


urlpatterns = [
    path("bare/<int:fields>/", bare),
    path("bare/<int:fields>/framed/", bare, {"framed": True}),
    path("", include("innoskole.urls")),
]


def compare(label: str, client: Client, address: str) -> None:
    """The number of fields is counted in the page that came, hidden ones left out."""
    form = product.get(client, address).content.decode().partition("<main")[2]
    fields = sum(form.count(tag) for tag in ("<select", "<textarea", "<input")) - form.count('type="hidden"')
    product.compare(label, fields, client, address, f"/bare/{fields}/")


def main() -> None:
    product.start("bench.forms", "fields")
    visitor, coordinator, staff = Client(), Client(), Client()
    lead = Municipality.objects.get(code="1804", valid_to_on=None)
    person = UserFactory(language="nb")
    AffiliationFactory(user=person, municipality=lead)
    coordinator.force_login(person)
    staff.force_login(UserFactory(is_course_administrator=True, language="nb"))
    now, day = timezone.now(), timedelta(days=1)
    intake = IntakeFactory(
        opens_at=now - day, closes_at=now + 30 * day, objections_close_at=now + 40 * day, created_at=now - day
    )
    application = ApplicationFactory(intake=intake, lead=lead, coordinator=person, complete=True)

    compare("register as a coordinator", visitor, reverse("account_signup"))
    for part in Part:
        address = reverse("applications:step", args=[application.reference, part.value])
        if coordinator.get(address).status_code == 200:  # team and documents have pages of their own
            compare(f"step: {part.label}", coordinator, address)
    compare(
        "step: a team member", coordinator, reverse("applications:member_add", args=[application.reference])
    )
    compare("rules of an intake", staff, reverse("applications:intake_add"))
    product.end()


if __name__ == "__main__":
    main()
