"""What is wrong with a form, in sentences that read the same under the field and in the summary."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

AnyForm = forms.BaseForm | forms.BaseFormSet  # type: ignore[type-arg]


@dataclass(frozen=True)
class Fault:
    """One line of the error summary; `target` is the id of the control, empty when there is none."""

    text: str
    target: str = ""


def control_id(field: BoundField) -> str:
    """The id of the control that a link or label should lead to (the first one of a group)."""
    if field.is_hidden or not field.auto_id:
        return ""
    return field.id_for_label or f"{field.auto_id}_0"


def _sentence(field: BoundField, error: ValidationError) -> str:
    """The error as text; Django's «This field is required.» is replaced by what to do and where."""
    if error.code != "required" or error.message != forms.Field.default_error_messages["required"]:
        return str(next(iter(error)))
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return _("Confirm “%(field)s”.") % {"field": field.label}
    if isinstance(widget, forms.FileInput):
        return _("Choose a file for “%(field)s”.") % {"field": field.label}
    if isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return _("Choose an answer to “%(field)s”.") % {"field": field.label}
    return _("Fill in “%(field)s”.") % {"field": field.label}


def field_errors(field: BoundField) -> list[str]:
    """The sentences that stand under a field."""
    listed = field.form.errors.get(field.name)
    return [_sentence(field, error) for error in listed.as_data()] if listed else []


def _form_faults(form: forms.BaseForm) -> Iterator[tuple[Fault, str]]:
    """Each fault of a form with the label of its field; `form.error_prefix` names the form among many."""
    prefix = str(getattr(form, "error_prefix", ""))

    def named(text: str) -> str:
        return _("%(part)s: %(error)s") % {"part": prefix, "error": text} if prefix else text

    for text in form.non_field_errors():
        yield Fault(named(str(text))), ""
    for field in form:
        for text in field_errors(field):
            yield Fault(named(text), control_id(field)), str(field.label)


def faults(*forms_: AnyForm) -> list[Fault]:
    """Every fault of the bound forms and formsets, in the order of the page.

    Two faults that read the same but lead to different controls are told apart by the field's label.
    """
    found: list[tuple[Fault, str]] = []
    for form in forms_:
        if not form.is_bound:
            continue
        if isinstance(form, forms.BaseFormSet):
            found += [(Fault(str(text)), "") for text in form.non_form_errors()]
            found += chain.from_iterable(_form_faults(each) for each in form.forms)
        else:
            found += _form_faults(form)
    times = Counter(fault.text for fault, _label in found)
    return [
        Fault(_("%(part)s: %(error)s") % {"part": label, "error": fault.text}, fault.target)
        if times[fault.text] > 1 and label
        else fault
        for fault, label in found
    ]
