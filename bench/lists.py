"""Our lists against a bare view of 50 rows and a join. The marks: at least half its rate, at most 10 queries,
and the same time at 1 000 rows as at 100 000.

The mark is the bare table. Our pages have a search form too, and up to nine columns to its five; the framed
table stands beside it to tell the list's own cost from the frame's.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from bench import _product as product  # first: it sets Django up

# isort: split
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse

from applications.states import State
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality
from innoskole.municipalities.names import sort_key
from innoskole.notifications.models import Message
from tests.factories import ApplicationFactory, IntakeFactory, UserFactory

NOW = datetime(2027, 5, 3, 10, 0, tzinfo=ZoneInfo("Europe/Oslo"))
BARE = product.Bare(
    "<table>{% for m in rows %}<tr><td>{{ m.queued_at }}</td><td>{{ m.to_user.name }}</td>"
    "<td>{{ m.subject }}</td><td>{{ m.state }}</td><td>{{ m.attempts }}</td></tr>{% endfor %}</table>"
)


@login_not_required
def bare(request: HttpRequest, framed: bool = False) -> HttpResponse:
    rows = Message.objects.select_related("to_user").order_by("-pk")[:50]
    return BARE.response(request, {"rows": rows}, framed=framed)


urlpatterns = [
    path("bare/", bare),
    path("bare/framed/", bare, {"framed": True}),
    path("", include("innoskole.urls")),
]


def add_people(until: int) -> None:
    numbers = range(User.objects.count(), until)
    User.objects.bulk_create(
        [
            User(
                email=f"person-{n}@example.no",
                name=f"Person Prøve {n}",
                password="!",
                search_text=f"person prøve {n} person-{n}@example.no",
                sort_key=sort_key(f"Person Prøve {n}"),
            )
            for n in numbers
        ],
        batch_size=1000,
    )


def add_mail(until: int, to: User) -> None:
    Message.objects.bulk_create(
        [
            Message(
                key=f"bench-{number}",
                kind="receipt",
                to_email=to.email,
                to_user=to,
                language="nb",
                subject=f"Kvittering {number}",
                queued_at=NOW,
                next_attempt_at=NOW,
                search_text=f"kvittering {number}",
            )
            for number in range(Message.objects.count(), until)
        ],
        batch_size=1000,
    )


def add_applications() -> str:
    """One complete application from every municipality: the most that one intake can hold."""
    intake, coordinator = IntakeFactory(), UserFactory()
    for lead in Municipality.objects.valid_on(intake.register_on):
        ApplicationFactory(
            intake=intake,
            lead=lead,
            coordinator=coordinator,
            state=State.SUBMITTED,
            submitted_at=NOW,
            complete=True,
        )
    return reverse("applications:queue", args=[intake.slug])


def main() -> None:
    product.start("bench.lists", "rows")
    administrator = UserFactory(is_course_administrator=True, language="nb")
    staff, visitor = Client(), Client()
    staff.force_login(administrator)
    add_mail(1_000, administrator)
    product.compare("register (public)", 357, visitor, reverse("municipalities:list"), "/bare/")
    product.compare("applications of an intake", 357, staff, add_applications(), "/bare/")
    for rows in (1_000, 5_000, 100_000):
        add_mail(rows, administrator)
        add_people(rows)
        product.compare("mail", rows, staff, reverse("notifications:messages"), "/bare/")
        product.compare("mail, searched", rows, staff, reverse("notifications:messages") + "?q=99", "/bare/")
        product.compare("people", rows, staff, reverse("accounts:people"), "/bare/")
    product.end()


if __name__ == "__main__":
    main()
