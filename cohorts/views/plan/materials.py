"""The material of an item: adding and publishing it, and reading it."""

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, deed_page, says
from cohorts.actions.plan import materials as deeds
from cohorts.actions.plan.frame import obstacle_to_changes
from cohorts.forms.plan import MaterialForm
from cohorts.models import Material
from cohorts.views.plan.items import item_of
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post

DEEDS = {
    "publish": Deed[Material](
        title=gettext_lazy("Publish the material"),
        button=gettext_lazy("Publish"),
        done=gettext_lazy("The participants can read the material."),
        run=deeds.publish_material,
        obstacle=lambda material, user, now: (
            _("The material is published already.") if material.published_at else ""
        ),
        consequences=says(
            gettext_lazy("The participants of the cohort find it in their programme."),
            gettext_lazy("It does not stand on the public page."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
    ),
    "hide": Deed[Material](
        title=gettext_lazy("Take the material back"),
        button=gettext_lazy("Take it back"),
        done=gettext_lazy("Only the staff can read the material."),
        run=deeds.hide_material,
        obstacle=lambda material, user, now: (
            "" if material.published_at else _("The material is not published.")
        ),
        consequences=says(
            gettext_lazy("Only the cohort's staff can read it until it is published again."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
    ),
    "remove": Deed[Material](
        title=gettext_lazy("Remove the material"),
        button=gettext_lazy("Remove it"),
        done=gettext_lazy("The material has been removed."),
        run=deeds.remove_material,
        obstacle=lambda material, user, now: obstacle_to_changes(material.item.day.session.cohort),
        consequences=says(
            gettext_lazy("The file or link is deleted and cannot be brought back."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
        color="danger",
    ),
}


def material_add(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A file or a link for an item."""
    cohort = cohort_for_staff(request, slug)
    item = item_of(cohort, pk)
    form = MaterialForm(request.POST or kept_post(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values, by, now = form.cleaned_data, person(request), timezone.now()
        shared = {"title": values["title"], "is_published": values["is_published"]}
        try:
            if values["file"]:
                deeds.add_file(item, **shared, upload=values["file"], by=by, now=now)
            else:
                deeds.add_link(item, **shared, link=values["link"], by=by, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The material has been added."))
            return redirect("cohorts:plan_session", cohort.slug, item.day.session_id)
    return TemplateResponse(
        request,
        "cohorts/plan/material_form.html",
        {
            "cohort": cohort,
            "session": item.day.session,
            "item": item,
            "form": form,
            "obstacle": obstacle_to_changes(cohort),
        },
    )


def material_deed(request: HttpRequest, slug: str, pk: int, key: str) -> HttpResponse:
    """Publish, take back or remove."""
    cohort = cohort_for_staff(request, slug)
    rows = Material.objects.filter(item__day__session__cohort=cohort)
    found = get_object_or_404(rows.select_related("item__day__session__cohort__intake"), pk=pk)
    session = found.item.day.session
    return deed_page(
        request,
        DEEDS,
        key,
        found,
        template="cohorts/plan/deed.html",
        back=reverse("cohorts:plan_session", args=[cohort.slug, session.pk]),
        context={"cohort": cohort, "session": session, "who": found},
    )


def material(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, for the staff and, once it is published, for those who take part; 404 for everybody else."""
    found = get_object_or_404(Material.objects.readable_by(person(request)).filter(link=""), pk=pk)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.original_name,
        content_type=found.content_type,
    )
