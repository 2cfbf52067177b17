"""What the school should look at before it relies on a guarantee. A concern is said, and never a block."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from applications.models.application import Application
from applications.models.content import changed_since_guarantee
from applications.models.readiness import current_guarantee, formal_faults
from innoskole.accounts.affiliations import domains_prove


def concerns(applications: Sequence[Application]) -> Mapping[int, list[str]]:
    """The concerns of each application by its key, a sentence each; those without any are left out.

    Asks no more for many than for one. Reads the lead, the coordinator and the relations of content.PARTS.
    """
    guaranteed = [(each, guarantee) for each in applications if (guarantee := current_guarantee(each))]
    proven = domains_prove([(guarantee.approver_email, each.lead) for each, guarantee in guaranteed])
    found: dict[int, list[str]] = defaultdict(list)
    for (application, guarantee), is_proven in zip(guaranteed, proven, strict=True):
        if changed_since_guarantee(application):
            found[application.pk].append(
                _("The content has been changed after the municipal director gave the guarantee.")
            )
        if not is_proven:
            found[application.pk].append(
                _(
                    "The request for the guarantee was sent to %(email)s. The domain does not show that the"
                    " address belongs to %(municipality)s: make sure who answers there."
                )
                % {"email": guarantee.approver_email, "municipality": application.lead}
            )
    return found


def with_formal_faults(applications: Sequence[Application]) -> Mapping[int, list[str]]:
    """The same before a formal check, which can be passed while a condition is not met: those come first."""
    found = concerns(applications)
    return {each.pk: [*formal_faults(each), *found.get(each.pk, [])] for each in applications}
