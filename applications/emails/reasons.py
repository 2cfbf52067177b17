"""Why each letter of this story was sent, for the page behind the link at its foot; one line for each kind.

The keys are the kinds of the messages, which are the names of the letters' templates.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innoskole.notifications.reasons import Reason

COORDINATOR = _("You got this because you are the contact person for the application, or have changed it.")
TEAM = _("You got this because your municipality has named you as a person of its team.")
COLLEAGUE = _("You got this because you have answered a call for colleagues in your municipality.")
APPELLANT = _("You got this because you have appealed against a decision.")
PARTNER = _(
    "You got this because a neighbouring municipality has asked yours to take part in its application,"
    " and has given this address."
)
APPROVER = _(
    "You got this because your municipality is applying, and has named you as the one who can promise"
    " that its team takes part."
)
CLAIM = _("You got this because you have asked to act for a municipality.")
DECIDED = _(
    "You got this because the school has made a decision on an application for which you are the contact"
    " person."
)
DECIDED_ON_PERSON = _("You got this because the school has made a decision about you.")
DECIDED_ON_APPEAL = _("You got this because an appeal of yours has been decided.")


def _of(why: str | Promise, **labels: str | Promise) -> Mapping[str, Reason]:
    return {kind: Reason(label=label, why=why) for kind, label in labels.items()}


REASONS = {
    **_of(
        COORDINATOR,
        receipt=_("Receipt for an application"),
        reopened=_("Application reopened"),
        withdrawn=_("Application withdrawn"),
        deadline_extended=_("New deadline for applications"),
        not_submitted=_("Application not submitted"),
        partner_answered=_("Answer of a partner municipality"),
        guarantee_answered=_("Answer about the guarantee"),
        information_requested=_("Request for information"),
        request_recalled=_("Request for information recalled"),
        ready_for_selection=_("Application takes part in the selection"),
        back_in_review=_("Application is reviewed again"),
        draw_frozen=_("List for the draw frozen"),
        draw_annulled=_("Draw annulled"),
        offer_accepted=_("Offer accepted"),
        offer_declined=_("Offer declined"),
        offer_expired=_("Offer expired"),
        offer_undone=_("Answer to an offer undone"),
        invitation_confirmed=_("Person of a team takes part"),
        invitation_declined=_("Person of a team does not take part"),
        team_changed=_("Team changed"),
        team_grew=_("Person has joined a team"),
    ),
    **_of(
        TEAM,
        invitation=_("Invitation to a person of a team"),
        person_left=_("Person taken out of a team"),
        left_course=_("Person has left the course"),
        back_in_course=_("Person takes part in the course again"),
        place_gone=_("Municipality has lost its place"),
    ),
    "team_confirmed": Reason(
        label=_("Team confirmed"),
        why=_("You got this because you are in the team, or are the contact person for its application."),
    ),
    **_of(
        PARTNER,
        partner_request=_("Request to a partner municipality"),
        partner_released=_("Partner municipality not asked any more"),
    ),
    **_of(APPROVER, guarantee_request=_("Request for a guarantee")),
    **_of(
        CLAIM,
        claim_approved=_("May act for a municipality"),
        claim_rejected=_("May not act for a municipality"),
    ),
    **_of(
        COLLEAGUE,
        interest_signed_up=_("Signed up for an internal call"),
        interest_nominated=_("Chosen after an internal call"),
        interest_reserve=_("Reserve after an internal call"),
        interest_not_chosen=_("Not chosen after an internal call"),
        interest_over=_("Internal call over"),
    ),
    **_of(
        APPELLANT,
        appeal_received=_("Receipt for an appeal"),
        appeal_in_preparation=_("Appeal in preparation"),
        appeal_sent_to_board=_("Appeal sent to the appeals board"),
        appeal_withdrawn=_("Appeal withdrawn"),
    ),
}

# A deadline for an appeal, or the end of a case, hangs on the arrival of these: a person asks before a second
# copy is sent (docs/decisions/0111).
DECISIONS = {
    **_of(
        DECIDED,
        decision_place=_("Decision: place"),
        decision_waiting_list=_("Decision: waiting list"),
        decision_declined=_("Decision: no place"),
        decision_rejected=_("Decision: application rejected"),
    ),
    **_of(DECIDED_ON_PERSON, decision_person=_("Decision on a person")),
    **_of(
        DECIDED_ON_APPEAL,
        appeal_upheld=_("Appeal upheld"),
        appeal_not_upheld=_("Appeal not upheld"),
        appeal_dismissed=_("Appeal not taken up"),
    ),
}
