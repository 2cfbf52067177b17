"""Supervision in a cohort's room: which teams have gone without, the staff's slots, and the rules."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, Deeds, deed_page, says
from cohorts.actions import slots as slot_actions
from cohorts.actions.supervision import set_rule
from cohorts.forms.supervision import PlaceForm, PublishForm, RuleForm
from cohorts.models import Cohort, Slot
from cohorts.models.supervision import rule_of, staff_of, with_bookings
from cohorts.models.supervision_overview import overview
from cohorts.permissions import administers
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User


def supervision_overview(request: HttpRequest, slug: str) -> HttpResponse:
    """The teams of a cohort, those first that have had no supervision for too long."""
    cohort, now = cohort_for_staff(request, slug), timezone.now()
    rule = rule_of(cohort)
    lines = overview(cohort, rule, now)
    return TemplateResponse(
        request,
        "cohorts/supervision/overview.html",
        {
            "cohort": cohort,
            "rule": rule,
            "lines": lines,
            "absent": sum(line.is_absent for line in lines),
            "may_set_rule": administers(person(request)),
            "now": now,
        },
    )


def supervision_slots(request: HttpRequest, slug: str) -> HttpResponse:
    """The slots to come of a cohort, and who has booked them."""
    cohort, now = cohort_for_staff(request, slug), timezone.now()
    slots = with_bookings(Slot.objects.published().filter(cohort=cohort, ends_at__gt=now))
    context = {"cohort": cohort, "slots": slots.in_order()}
    return TemplateResponse(request, "cohorts/supervision/slots.html", context)


def supervision_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer slots of one day: an instructor their own, a course administrator anybody's."""
    cohort, user = cohort_for_staff(request, slug), person(request)
    data = request.POST if request.method == "POST" else kept_post(request)
    form = PublishForm(data, staff=_who_supervises(cohort, user))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = slot_actions.publish(
                cohort,
                user=said["user"],
                starts_at=form.starts_at(),
                minutes=said["minutes"],
                count=said["count"],
                place=said["place"],
                video_url=said["video_url"],
                by=user,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)s slot is published. The teams can book it now.",
                    "%(count)s slots are published. The teams can book them now.",
                    len(made),
                )
                % {"count": len(made)},
            )
            return redirect("cohorts:supervision_slots", cohort.slug)
    context = {"cohort": cohort, "form": form}
    return TemplateResponse(request, "cohorts/supervision/publish.html", context)


SLOT_DEEDS: Deeds[Slot] = {
    "withdraw": Deed(
        title=gettext_lazy("Withdraw the slot"),
        button=gettext_lazy("Withdraw the slot"),
        done=gettext_lazy("The slot is withdrawn."),
        run=slot_actions.withdraw,
        obstacle=slot_actions.why_not_withdrawn,
        consequences=says(gettext_lazy("No team can book it any more. No e-mail is sent.")),
        form=forms.Form,
    ),
    "place": Deed(
        title=gettext_lazy("Change where to meet"),
        button=gettext_lazy("Save"),
        done=gettext_lazy("The place is changed."),
        run=slot_actions.relocate,
        obstacle=lambda slot, user, now: "",
        consequences=says(
            gettext_lazy(
                "If a team has booked the slot, the supervisor and everybody in the team get an e-mail about"
                " it. You get none yourself."
            )
        ),
        form=PlaceForm,
        given=lambda slot, now: {"initial": {"place": slot.place, "video_url": slot.video_url}},
    ),
}


def supervision_slot(request: HttpRequest, slug: str, pk: int, key: str) -> HttpResponse:
    """Withdraw a slot, or change where to meet."""
    cohort = cohort_for_staff(request, slug)
    slots = Slot.objects.published().filter(cohort=cohort)
    slot = get_object_or_404(slots.select_related("cohort", "user"), pk=pk)
    return deed_page(
        request,
        SLOT_DEEDS,
        key,
        slot,
        template="cohorts/supervision/cohort_deed.html",
        back=reverse("cohorts:supervision_slots", args=[cohort.slug]),
        context={"cohort": cohort, "slot": slot},
    )


@administrator_required
def supervision_rule(request: HttpRequest, slug: str) -> HttpResponse:
    """How long before a supervision a team can move it, and when it has gone without for too long."""
    cohort = cohort_for_staff(request, slug)
    form = RuleForm(request.POST if request.method == "POST" else None, instance=rule_of(cohort))
    if request.method == "POST" and form.is_valid():
        set_rule(cohort, by=person(request), now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The rules are changed. Hours that are booked keep what they had."))
        return redirect("cohorts:supervision_overview", cohort.slug)
    context = {"cohort": cohort, "form": form}
    return TemplateResponse(request, "cohorts/supervision/rule.html", context)


def _who_supervises(cohort: Cohort, user: User) -> list[User]:
    """For whom the person may publish slots: a course administrator for everybody of the staff."""
    return staff_of(cohort, also=user) if administers(user) else [user]
