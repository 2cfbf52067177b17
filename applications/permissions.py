"""Who may do what with an application. Contextual roles follow from data: see accounts.roles."""

from django.contrib.auth.models import AnonymousUser

from applications.models import Application, Document, DrawRound
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
