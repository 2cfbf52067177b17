"""Who may do what with an application. Contextual roles follow from data: see accounts.roles."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from applications.models import Application, Decision, Document, DrawRound, Letter
from applications.models.decision import DecisionQuerySet
from applications.states import DecisionState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role


def may_edit(user: User, application: Application) -> bool:
    """Colleagues proven for the lead municipality, and its contact person unless rejected for it."""
    return Application.objects.editable_by(user).filter(pk=application.pk).exists()


def may_submit(user: User, application: Application) -> bool:
    """Nobody acts for a municipality unproven: an unproven coordinator drafts, and does not submit."""
    return user.proven_municipalities().filter(pk=application.lead_id).exists()


def may_withdraw(user: User, application: Application) -> bool:
    """Those who may submit; a draft that was never sent in also by its own coordinator."""
    if may_submit(user, application):
        return True
    never_sent = not application.submissions.exists()
    return never_sent and application.is_editable and application.coordinator_id == user.pk


def may_read_documents(user: User, document: Document) -> bool:
    """The school, and those who edit the application; not the partner municipalities."""
    return user.is_course_administrator or may_edit(user, document.member.application)


def may_preview_intakes(user: User | AnonymousUser) -> bool:
    """A planned intake's public page is seen by the administrators only."""
    return isinstance(user, User) and has_role(user, Role.COURSE_ADMINISTRATOR)


def may_see_result(user: User | AnonymousUser, draw_round: DrawRound) -> bool:
    """Everybody once it is published or annulled; until then those who must check it."""
    if draw_round.is_public:
        return True
    return isinstance(user, User) and has_role(user, Role.COURSE_ADMINISTRATOR)


def appealable_by(user: User) -> DecisionQuerySet:
    """What this person has been told and may appeal: on the applications they work on, and on themselves.

    A decision on somebody else in the team is that person's own: what they write about it is not for the
    municipality to read (docs/decisions/0105).
    """
    told = Decision.objects.filter(state__in=(DecisionState.ISSUED, DecisionState.SUPERSEDED))
    of_application = Q(member__isnull=True, application__in=Application.objects.editable_by(user))
    return told.filter(of_application | Q(member__user=user))


def may_read_letter(user: User, letter: Letter) -> bool:
    """The school always; what has left also its recipients: those who edit the application, or the person.

    A letter on a person is not for the municipality, and one that is held back is for nobody outside.
    """
    if user.is_course_administrator:
        return True
    decision = letter.decision
    if decision.issued_at is None or letter.suppressed_at is not None:
        return False
    if decision.member is not None:
        return decision.member.user_id == user.pk
    return may_edit(user, decision.application)
