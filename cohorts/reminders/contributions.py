"""Reminders of peer contributions that are asked for and not given."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Contribution
from innoskole.reminders.kinds import Kind, Recipient


def _missing() -> "QuerySet[Contribution]":
    rows = Contribution.objects.missing().annotate(due_at=F("pair__round__due_at"))
    return rows.with_names().select_related(
        "participant__member__user", "pair__round__cohort__intake", "pair__giver__application"
    )


def _writer(contribution: Contribution) -> Iterator[Recipient]:
    user = contribution.participant.member.user
    if user and user.is_active:
        yield Recipient.of(user)


CONTRIBUTION = Kind(
    key="contribution",
    label=gettext_lazy("Contribution to another team's project"),
    demand=gettext_lazy("Give your feedback by {when}"),
    why=gettext_lazy("You get this because your team gives feedback to another team in this round."),
    open=_missing,
    due_field="due_at",
    since_field="asked_at",
    to=_writer,
    title=lambda row: (
        _("Your feedback to %(team)s: %(round)s") % {"team": row.pair.receiver, "round": row.pair.round}
    ),
    url=lambda row, recipient: (
        f"{settings.BASE_URL}{reverse('cohorts:contribution', args=[row.pair.giver.reference, row.pair_id])}"
    ),
    scope=lambda row: row.pair.round.cohort.intake.slug,
    about=lambda row: row.pair.giver,
)

KINDS = (CONTRIBUTION,)
