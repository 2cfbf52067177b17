"""What somebody has typed in a step and not saved: the application does not contain it."""

from dataclasses import dataclass

from django.urls import reverse

from applications.actions.team import NEW, step_of
from applications.forms.coordinator import as_post
from applications.models import Application, Part, StepDraft
from applications.models.content import MEMBER_FIELDS, Values, values_of
from applications.views.coordinator import access
from applications.views.coordinator.steps import initial_of, maker


@dataclass(frozen=True)
class Unsaved:
    """A draft of a step, the part to which it belongs, and the page that shows it to its writer."""

    draft: StepDraft
    part: Part
    url: str


def unsaved(application: Application) -> list[Unsaved]:
    """What is typed and differs from what is saved, the newest first. Asks once; else reads content.PARTS."""
    saved = _saved_steps(application)
    drafts = application.step_drafts.select_related("user").order_by("-saved_at", "pk")
    return [
        Unsaved(draft, part, url)
        for draft in drafts
        if draft.step in saved
        for part, url, initial in [saved[draft.step]]
        if maker(application, part)(as_post(draft.data)).differs_from(initial)
    ]


def _saved_steps(application: Application) -> dict[str, tuple[Part, str, Values]]:
    """By the name of the step: its part, its page, and what is saved there."""
    parts = [part for part in Part if part != Part.TEAM]
    members = {
        step_of(member): (
            Part.TEAM,
            reverse("applications:member", args=[application.reference, member.pk]),
            values_of(member, MEMBER_FIELDS),
        )
        for member in application.members.all()
    }
    new = reverse("applications:member_add", args=[application.reference])
    return {
        **{
            str(part): (part, access.step_url(application, part), initial_of(application, part))
            for part in parts
        },
        **members,
        NEW: (Part.TEAM, new, {}),
    }
