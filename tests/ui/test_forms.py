"""The form templates: whole fields as HTML, and errors that say what to do and lead to the control."""

from datetime import UTC, date, datetime

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, ButtonHolder, Div, Fieldset, Layout, Row, Submit
from django import forms
from django.template import engines
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from innoskole.ui.errors import Fault, faults, field_errors
from innoskole.ui.forms import DayField, MomentField

SECTORS = [("health", "Health and care"), ("school", "Upbringing and school")]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def field(form: forms.Form, name: str) -> str:
    template = engines["django"].from_string("{% load crispy_forms_filters %}{{ field|as_crispy_field }}")
    return template.render({"field": form[name]})


def whole(form: forms.Form | forms.BaseFormSet) -> str:
    return (
        engines["django"]
        .from_string("{% load crispy_forms_filters %}{{ form|crispy }}")
        .render({"form": form})
    )


class TeamForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the <b>diploma</b>.", max_length=80)
    phone = forms.CharField(label="Phone", required=False)
    sector = forms.ChoiceField(label="Sector", choices=SECTORS, widget=forms.RadioSelect)
    touched = forms.MultipleChoiceField(
        label="Touched",
        choices=SECTORS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="All.",
    )
    role = forms.ChoiceField(label="Role", choices=[("", "Choose"), ("a", "Adviser")])
    why = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 3, "class": "tall"}))
    document = forms.FileField(label="Document")
    agreed = forms.BooleanField(label="The director has agreed")
    version = forms.IntegerField(widget=forms.HiddenInput)


REQUIRED = '<span class="ds-tag requirement" data-color="warning">Required</span>'
OPTIONAL = '<span class="ds-tag requirement" data-color="info">Optional</span>'


def test_a_text_field_with_help() -> None:
    assertHTMLEqual(
        field(TeamForm(), "name"),
        f"""
        <div id="div_id_name" class="ds-field">
          <label class="ds-label" for="id_name">Name {REQUIRED}</label>
          <div class="help-text" data-field="description" id="id_name_helptext">As on the
            <b>diploma</b>.</div>
          <input type="text" name="name" maxlength="80" class="ds-input" id="id_name"
                 aria-describedby="id_name_helptext" aria-required="true">
        </div>
        """,
    )


def test_a_text_field_with_an_error() -> None:
    assertHTMLEqual(
        field(TeamForm({"name": " "}), "name"),
        f"""
        <div id="div_id_name" class="ds-field">
          <label class="ds-label" for="id_name">Name {REQUIRED}</label>
          <div class="help-text" data-field="description" id="id_name_helptext">As on the
            <b>diploma</b>.</div>
          <input type="text" name="name" value=" " maxlength="80" class="ds-input" id="id_name"
            aria-invalid="true"
                 aria-describedby="id_name_helptext id_name_error" aria-required="true">
          <div data-field="validation" id="id_name_error">
            <p class="ds-validation-message">Fill in “Name”.</p>
          </div>
        </div>
        """,
    )


def test_radio_buttons_are_a_fieldset() -> None:
    assertHTMLEqual(
        field(TeamForm({"sector": "other"}), "sector"),
        f"""
        <fieldset id="div_id_sector" class="ds-fieldset" aria-describedby="id_sector_error">
          <legend class="ds-label">Sector {REQUIRED}</legend>
          <div class="ds-field">
            <input type="radio" name="sector" value="health" class="ds-input" id="id_sector_0"
              aria-invalid="true">
            <label class="ds-label" for="id_sector_0">Health and care</label>
          </div>
          <div class="ds-field">
            <input type="radio" name="sector" value="school" class="ds-input" id="id_sector_1"
              aria-invalid="true">
            <label class="ds-label" for="id_sector_1">Upbringing and school</label>
          </div>
          <div data-field="validation" id="id_sector_error">
            <p class="ds-validation-message">
              Select a valid choice. other is not one of the available choices.</p>
          </div>
        </fieldset>
        """,
    )


def test_checkboxes_keep_what_was_chosen() -> None:
    assertHTMLEqual(
        field(TeamForm({"touched": ["school"]}), "touched"),
        f"""
        <fieldset id="div_id_touched" class="ds-fieldset" aria-describedby="id_touched_helptext">
          <legend class="ds-label">Touched {OPTIONAL}</legend>
          <div class="help-text" data-field="description" id="id_touched_helptext">All.</div>
          <div class="ds-field">
            <input type="checkbox" name="touched" value="health" class="ds-input" id="id_touched_0">
            <label class="ds-label" for="id_touched_0">Health and care</label>
          </div>
          <div class="ds-field">
            <input type="checkbox" name="touched" value="school" class="ds-input" id="id_touched_1" checked>
            <label class="ds-label" for="id_touched_1">Upbringing and school</label>
          </div>
        </fieldset>
        """,
    )


def test_select_textarea_file_checkbox_and_hidden() -> None:
    form = TeamForm(initial={"role": "a", "why": "Because <we> must", "agreed": True, "version": 7})
    assertHTMLEqual(
        "".join(field(form, name) for name in ("role", "why", "document", "agreed", "version")),
        f"""
        <div id="div_id_role" class="ds-field">
          <label class="ds-label" for="id_role">Role {REQUIRED}</label>
          <select name="role" class="ds-input" id="id_role" aria-required="true">
            <option value="">Choose</option><option value="a" selected>Adviser</option>
          </select>
        </div>
        <div id="div_id_why" class="ds-field">
          <label class="ds-label" for="id_why">Why {REQUIRED}</label>
          <textarea name="why" cols="40" rows="3" class="tall ds-input" id="id_why" aria-required="true">
            Because &lt;we&gt; must</textarea>
        </div>
        <div id="div_id_document" class="ds-field">
          <label class="ds-label" for="id_document">Document {REQUIRED}</label>
          <input type="file" name="document" class="ds-input" id="id_document">
        </div>
        <div id="div_id_agreed" class="ds-field">
          <input type="checkbox" name="agreed" class="ds-input" id="id_agreed" checked>
          <label class="ds-label" for="id_agreed">The director has agreed {REQUIRED}</label>
        </div>
        <input type="hidden" name="version" value="7" id="id_version">
        """,
    )


def test_nothing_is_tagged_when_all_are_required_or_none_is() -> None:
    class AllForm(forms.Form):
        name = forms.CharField(label="Name")
        version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class NoneForm(forms.Form):
        name = forms.CharField(label="Name", required=False)

    label = '<label class="ds-label" for="id_name">Name</label>'
    for form, required in ((AllForm(), 'aria-required="true"'), (NoneForm(), "")):
        assertHTMLEqual(
            field(form, "name"),
            f'<div id="div_id_name" class="ds-field">{label}'
            f'<input type="text" name="name" class="ds-input" id="id_name" {required}></div>',
        )


def test_days_and_moments_are_the_browsers_own_on_a_norwegian_clock() -> None:
    class WhenForm(forms.Form):
        on = DayField(label="Day")
        at = MomentField(label="Moment")

    with translation.override("nb"):
        form = WhenForm(initial={"on": date(2027, 6, 1), "at": datetime(2027, 6, 1, 13, 0, tzinfo=UTC)})
        assertHTMLEqual(
            whole(form),
            """
            <div id="div_id_on" class="ds-field"><label class="ds-label" for="id_on">Day</label>
              <input type="date" name="on" value="2027-06-01" class="ds-input" id="id_on"
                aria-required="true"></div>
            <div id="div_id_at" class="ds-field"><label class="ds-label" for="id_at">Moment</label>
              <input type="datetime-local" name="at" value="2027-06-01T15:00" class="ds-input" id="id_at"
                     aria-required="true"></div>
            """,
        )
        sent = WhenForm({"on": "2027-06-01", "at": "2027-06-01T15:00"})
        assert sent.is_valid()
        assert sent.cleaned_data == {"on": date(2027, 6, 1), "at": datetime(2027, 6, 1, 13, 0, tzinfo=UTC)}


class PersonForm(forms.Form):
    name = forms.CharField(label="Name")
    email = forms.EmailField(label="E-mail")
    age = forms.IntegerField(label="Age", required=False)


def test_every_fault_says_what_to_do_and_leads_to_its_control() -> None:
    form = TeamForm({"version": "x"})
    form.add_error(None, "The deadline has passed.")
    assert faults(form) == [
        Fault("The deadline has passed."),
        Fault("Fill in “Name”.", "id_name"),
        Fault("Choose an answer to “Sector”.", "id_sector_0"),
        Fault("Choose an answer to “Role”.", "id_role"),
        Fault("Fill in “Why”.", "id_why"),
        Fault("Choose a file for “Document”.", "id_document"),
        Fault("Confirm “The director has agreed”.", "id_agreed"),
        Fault("Enter a whole number."),
    ]


def test_a_forms_own_words_stay() -> None:
    class OwnForm(forms.Form):
        name = forms.CharField(error_messages={"required": "Tell us who you are."})

    form = OwnForm({})
    assert field_errors(form["name"]) == ["Tell us who you are."]
    assert faults(form) == [Fault("Tell us who you are.", "id_name")]


def test_equal_faults_are_told_apart_and_forms_of_a_set_are_named() -> None:
    class TwoForm(forms.Form):
        first = forms.IntegerField(label="Small <")
        second = forms.IntegerField(label="Large")

    assert faults(TwoForm({"first": "x", "second": "y"})) == [
        Fault("Small <: Enter a whole number.", "id_first"),
        Fault("Large: Enter a whole number.", "id_second"),
    ]
    people = forms.formset_factory(PersonForm, extra=2, max_num=2, validate_max=True)(
        {
            "form-TOTAL_FORMS": "3",
            "form-INITIAL_FORMS": "0",
            "form-0-name": "Kari",
            "form-0-email": "kari",
            "form-1-email": "ola@example.no",
            "form-2-name": "Áile",
            "form-2-email": "aile@example.no",
        }
    )
    for number, form in enumerate(people.forms, start=1):
        form.error_prefix = f"Person {number}"
    assert faults(people, PersonForm()) == [
        Fault("Please submit at most 2 forms."),
        Fault("Person 1: Enter a valid email address.", "id_form-0-email"),
        Fault("Person 2: Fill in “Name”.", "id_form-1-name"),
    ]


def test_the_summary_takes_focus_and_the_form_does_not_repeat_it() -> None:
    form = PersonForm({"name": "Kari", "email": "kari@example.no", "age": "old"})
    form.add_error(None, "The deadline has passed.")
    page = engines["django"].from_string(
        "{% load crispy_forms_filters %}<h1>{% error_prefix form %}Team</h1>"
        "{% error_summary form %}{{ form|as_crispy_errors }}"
    )
    assertHTMLEqual(
        page.render({"form": form}),
        """
        <h1>Error: Team</h1>
        <div class="ds-error-summary" tabindex="-1" autofocus data-focus role="group"
             aria-labelledby="error-summary-title">
          <h2 id="error-summary-title">To continue, you must correct the following errors</h2>
          <ul class="ds-list">
            <li>The deadline has passed.</li>
            <li><a class="ds-link" href="#id_age">Enter a whole number.</a></li>
          </ul>
        </div>
        """,
    )
    assertHTMLEqual(page.render({"form": PersonForm()}), "<h1>Team</h1>")


def test_a_form_without_summary_shows_its_own_faults() -> None:
    form = PersonForm({"name": "Kari", "email": "kari@example.no"})
    form.add_error(None, "The deadline <has> passed.")
    template = engines["django"].from_string("{% load crispy_forms_filters %}{{ form|as_crispy_errors }}")
    assertHTMLEqual(
        template.render({"form": form}),
        '<div class="ds-alert" data-color="danger" role="group">'
        "<p>The deadline &lt;has&gt; passed.</p></div>",
    )


def test_a_formset_has_its_management_form_and_a_frame_around_each() -> None:
    people = forms.formset_factory(forms.Form, extra=2)(prefix="p")
    hidden = "".join(
        f'<input type="hidden" name="p-{name}" value="{value}" id="id_p-{name}">'
        for name, value in (
            ("TOTAL_FORMS", 2),
            ("INITIAL_FORMS", 0),
            ("MIN_NUM_FORMS", 0),
            ("MAX_NUM_FORMS", 1000),
        )
    )
    assertHTMLEqual(whole(people), hidden + '<div class="formset-form"></div>' * 2)


@pytest.mark.urls("tests.ui.urls")
def test_a_layout_becomes_sections_rows_and_actions() -> None:
    form = PersonForm()
    form.helper = FormHelper()
    form.helper.layout = Layout(
        Fieldset("Who", Row("name", Div("email", css_class="wide"))),
        HTML("<p>{{ note }}</p>"),
        ButtonHolder(Submit("send", "Send")),
    )
    template = engines["django"].from_string("{% load crispy_forms_tags %}{% crispy form %}")
    rendered = template.render({"form": form, "note": "Seen by the school"})
    assertHTMLEqual(
        rendered,
        f"""
        <form method="post" novalidate>
          <fieldset class="ds-fieldset field-section">
            <legend class="ds-label">Who</legend>
            <div class="field-row">{field(PersonForm(), "name")}<div class="wide">{
            field(PersonForm(), "email")
        }</div></div>
          </fieldset>
          <p>Seen by the school</p>
          <div class="actions">
            <button type="submit" class="ds-button" name="send" value="Send" id="submit-id-send">Send</button>
          </div>
        </form>
        """,
    )
