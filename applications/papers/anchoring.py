"""Sentences about the plan and about the political body, in the language in force."""

from django.utils.translation import gettext as _

from applications.models import Application, PoliticalOutcome
from applications.papers.words import in_sentence
from innoskole.ui import formats


def in_plans(application: Application) -> list[str]:
    if not application.plan_title:
        return [_("The theme is mentioned in the municipality's plans: [plan, year, page and quotation]")]
    place = {"plan": place_in_plan(application)}
    if not application.plan_quote:
        return [_("The theme is mentioned in the municipality's plans: %(plan)s.") % place]
    return [
        _("The theme is mentioned in the municipality's plans: %(plan)s. The plan says:") % place,
        _("«%(quotation)s»") % {"quotation": application.plan_quote.strip('«»"“” ')},
    ]


def place_in_plan(application: Application) -> str:
    """«Kommuneplanens samfunnsdel «Til Ungdommen» (2014), side 45»."""
    values = {
        "plan": application.plan_title,
        "year": application.plan_year,
        "page": application.plan_page,
    }
    if application.plan_year and application.plan_page:
        return _("%(plan)s (%(year)s), page %(page)s") % values
    if application.plan_page:
        return _("%(plan)s, page %(page)s") % values
    if application.plan_year:
        return _("%(plan)s (%(year)s)") % values
    return application.plan_title


def put_before(application: Application) -> str:
    """Why the body is asked: the seed's «for tydelig forankring»."""
    if not application.political_body:
        return _("The case is put before [political body] to give the project a clear anchoring.")
    values = {"body": _body(application), "day": meeting(application)}
    if application.political_decided_on and not is_treated(application):
        return _("The case is put before %(body)s on %(day)s to give the project a clear anchoring.") % values
    return _("The case is put before %(body)s to give the project a clear anchoring.") % values


def treated(application: Application) -> str:
    values = {
        "body": _body(application),
        "day": meeting(application),
        "number": application.political_case_number,
    }
    match application.political_outcome:
        case PoliticalOutcome.SUPPORTED:
            text = _("The case was treated by %(body)s on %(day)s (case %(number)s) and was supported.")
        case PoliticalOutcome.NOTED:
            text = _("The case was treated by %(body)s on %(day)s (case %(number)s) and was taken note of.")
        case _:
            text = _("The case was treated by %(body)s on %(day)s (case %(number)s) and was not supported.")
    return text % values


def is_treated(application: Application) -> bool:
    return application.political_outcome not in ("", PoliticalOutcome.PLANNED)


def meeting(application: Application) -> str:
    day = application.political_decided_on
    return formats.day(day) if day else ""


def _body(application: Application) -> str:
    """As it stands within a sentence: «formannskapet», but «Kristiansand bystyre»."""
    name = application.political_body
    return name if name.startswith(application.lead.name) else in_sentence(name)
