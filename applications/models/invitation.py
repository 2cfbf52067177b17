"""The text that a coordinator is offered for the internal call, in the language in force."""

from django.utils.translation import gettext as _

from applications.models.application import Application


def default_call_text(application: Application) -> str:
    """Paragraphs with an empty line between them: what, for whom, how much, and what to do first.

    Source of the figures: programme page («30 studiepoeng», «6 samlinger à 2-3 dager, til sammen 14 dager»,
    «fire arbeidskrav», «Opptakskrav»).
    """
    intake = application.intake
    known = {
        "municipality": application.lead,
        "intake": intake,
        "title": application.problem_title,
        "minimum": intake.team_min,
        "maximum": intake.team_max,
        "sectors": intake.sectors_min,
    }
    problem = (
        _("The problem that the team will work on is: %(title)s.")
        if application.problem_title
        else _("The team works on a real problem from our own municipality, which we shall choose together.")
    )
    paragraphs = (
        _(
            "%(municipality)s is applying for a place in the innovation school for municipalities,"
            " %(intake)s. We are looking for %(minimum)s to %(maximum)s people from at least %(sectors)s"
            " different sectors."
        ),
        problem,
        _(
            "The course is part-time over two semesters and gives 30 credits. There are six sessions of two"
            " or three days, 14 days in all, of which the last is a study tour. Between the sessions the team"
            " works on the project at home, with four work requirements on the way."
        ),
        _(
            "Three years of higher education, or one to two years and relevant work experience, let you sit"
            " the exam. Without them you can still take part in everything, and get a certificate of"
            " attendance."
        ),
        _("Talk with your manager before you sign up: you will need the time. I shall answer everybody."),
    )
    return "\n\n".join(paragraph % known for paragraph in paragraphs)
