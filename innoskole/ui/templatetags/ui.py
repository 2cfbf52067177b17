"""Tags and filters of every template (a builtin library: no load)."""

from datetime import date, datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from innoskole.ui import errors, formats, icons

register = template.Library()

# Inputs whose role knows aria-required; the browser's own `required` is left out, because its bubbles
# come before our summary, one at a time and in the browser's language.
REQUIRED_ROLES = (forms.TextInput, forms.Textarea, forms.Select)


@register.filter
def moment(value: datetime | None, length: formats.Length = "long") -> str:
    """`{{ at|moment }}` «tirsdag 1. juni 2027 kl. 15.00»; `{{ at|moment:"short" }}` without weekday."""
    return formats.moment(value, length) if value else ""


@register.filter
def day(value: date | None, style: str = "") -> str:
    """`{{ on|day }}` «1. juni 2027»; `{{ on|day:"weekday" }}` «tirsdag 1. juni 2027»."""
    return formats.day(value, weekday=style == "weekday") if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """`{{ at|clock }}` «15.00»."""
    return formats.clock(value) if value else ""


@register.filter
def number(value: formats.Number | None, decimals: int | None = None) -> str:
    """`{{ n|number }}` «12 345» with no-break spaces; `{{ x|number:1 }}` with one decimal."""
    return "" if value is None else formats.number(value, decimals)


@register.filter
def percent(value: formats.Number | None, decimals: int = 0) -> str:
    """`{{ share|percent }}` of a share of one: «64 %»."""
    return "" if value is None else formats.percent(value, decimals)


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "check" %}`; the names are the keys of innoskole.ui.icons.PATHS."""
    return icons.icon(name)


@register.simple_tag
def status_tag(label: str, color: str = "neutral") -> SafeString:
    """`{% status_tag application.get_state_display "warning" %}`; colour only for what needs action."""
    return format_html('<span class="ds-tag" data-color="{}">{}</span>', color, label)


@register.inclusion_tag("_components/error_summary.html")
def error_summary(*forms_: errors.AnyForm | None) -> dict[str, Any]:
    """`{% error_summary form formset %}`: every fault, each linked to its control; nothing if none.

    Put it before the forms: they then leave the faults that belong to no field to the summary.
    """
    present = [form for form in forms_ if form is not None]
    for form in present:
        form.in_error_summary = True  # type: ignore[union-attr]  # errors.html and errors_formset.html ask
    return {"faults": errors.faults(*present)}


@register.simple_tag
def error_prefix(*forms_: errors.AnyForm | None) -> str:
    """`{% error_prefix form %}` first in the title block: «Feil: » when a bound form has errors."""
    return _("Error:") + " " if errors.faults(*(form for form in forms_ if form is not None)) else ""


@register.inclusion_tag("_components/breadcrumbs.html")
def breadcrumbs(*steps: str) -> dict[str, Any]:
    """`{% breadcrumbs _("Intakes") intakes_url intake.name %}`: label and address in turn, this page last.

    The front page is put first; phones get a link one step back.
    """
    *pairs, here = [_("Front page"), reverse("front"), *steps]
    links = list(zip(pairs[::2], pairs[1::2], strict=True))
    return {"links": links, "back": links[-1], "here": here}


# --- Used by the form templates -------------------------------------------------------------------


@register.filter
def error_texts(field: BoundField) -> list[str]:
    """The sentences to show under a field."""
    return errors.field_errors(field)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several controls under one legend."""
    return field.use_fieldset


@register.filter
def is_choice_group(field: BoundField) -> bool:
    """Whether the field is a list of radio buttons or checkboxes."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is one checkbox, whose label stands after it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def requirement(field: BoundField) -> dict[str, str]:
    """The tag of a label, as text and color, when the form mixes required and optional; else empty.

    A form whose `conditional` names the field says there in which case it must be filled in.
    """
    kinds = {each.field.required for each in field.form if not each.is_hidden}
    if len(kinds) < 2:
        return {}
    if field.field.required:
        return {"text": _("Required"), "color": "warning"}
    conditional = getattr(field.form, "conditional", {})
    return {"text": str(conditional.get(field.name, _("Optional"))), "color": "info"}


def _attributes(field: BoundField) -> dict[str, Any]:
    """Attributes that make the widget a control of the design system."""
    widget = field.field.widget
    attributes: dict[str, Any] = {"class": f"{widget.attrs.get('class', '')} ds-input".strip()}
    if field.auto_id and "id" not in widget.attrs:
        attributes["id"] = field.auto_id
    attributes = field.build_widget_attrs(attributes)
    attributes.pop("required", None)
    if field.field.required and isinstance(widget, REQUIRED_ROLES):
        attributes["aria-required"] = "true"
    return attributes


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's own control, dressed for the design system."""
    widget = field.field.widget
    widget.is_localized = widget.is_localized or bool(field.field.localize)
    html: SafeString = widget.render(field.html_name, field.value(), _attributes(field), field.form.renderer)
    return html


@register.simple_tag
def options(field: BoundField) -> list[BoundWidget]:
    """The radio buttons or checkboxes of a choice group, dressed likewise."""
    widget = field.field.widget
    return [
        BoundWidget(widget, option, field.form.renderer)
        for option in widget.subwidgets(field.html_name, field.value(), attrs=_attributes(field))
    ]
