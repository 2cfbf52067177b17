from datetime import date

import pytest
from django import forms
from django.utils import translation

from innoskole.municipalities.forms import MAX_SUGGESTIONS, FilterForm, MunicipalityField, SuggestForm
from innoskole.municipalities.models import Municipality

pytestmark = pytest.mark.usefixtures("register")
IN_2015, IN_2027 = date(2015, 9, 1), date(2027, 9, 1)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("day", "text", "code"),
    [
        (IN_2027, "Ørland", "5057"),
        (IN_2027, "  ørland ", "5057"),
        (IN_2027, "orland", "5057"),
        (IN_2027, "5057", "5057"),
        (IN_2027, "Herøy (Møre og Romsdal)", "1515"),
        (IN_2027, "heroy (nordland)", "1818"),
        (IN_2027, "Bodø (Nordland)", "1804"),
        (IN_2027, "Kárášjohka", "5610"),
        (IN_2027, "Kaivuono", "5540"),
        (IN_2027, "Gáivuotna - Kåfjord - Kaivuono", "5540"),
        (IN_2027, "Bø", "1867"),
        (IN_2015, "Bø (Telemark)", "0821"),
        (IN_2015, "bjugn", "1627"),
        (IN_2015, "1627", "1627"),
    ],
)
def test_understands(day, text, code):
    assert MunicipalityField(day=day).clean(text).code == code


@pytest.mark.parametrize(
    ("day", "text", "sentence"),
    [
        (IN_2027, "", "Write the name of a municipality."),
        (
            IN_2027,
            "herøy",
            "Several municipalities are called “herøy”. Write one of these: "
            "Herøy (Møre og Romsdal), Herøy (Nordland).",
        ),
        (
            IN_2015,
            "Bø",
            "Several municipalities are called “Bø”. Write one of these: Bø (Nordland), Bø (Telemark).",
        ),
        (
            IN_2027,
            "bjugn",
            "Bjugn is no longer a municipality on 1 September 2027. It has become part of: Ørland.",
        ),
        (
            IN_2027,
            "Tysfjord",
            "Tysfjord is no longer a municipality on 1 September 2027. "
            "It has become part of: Hamarøy, Narvik.",
        ),
        (
            IN_2027,
            "Kristian",
            "No municipality is called “Kristian” on 1 September 2027. "
            "Did you mean one of these: Kristiansand, Kristiansund?",
        ),
        (
            IN_2027,
            "Atlantis",
            "No municipality is called “Atlantis” on 1 September 2027. Check the spelling.",
        ),
        (IN_2015, "5057", "No municipality is called “5057” on 1 September 2015. Check the spelling."),
        (IN_2027, "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        (IN_2027, "a\0b", "Null characters are not allowed."),
    ],
)
def test_explains(day, text, sentence):
    with pytest.raises(forms.ValidationError) as refusal:
        MunicipalityField(day=day).clean(text)
    assert refusal.value.messages == [sentence]


def test_an_optional_field_may_be_empty():
    assert MunicipalityField(day=IN_2027, required=False).clean(" ") is None


class Form(forms.Form):
    municipality = MunicipalityField(day=lambda: IN_2015)


def test_the_day_may_be_told_late_and_per_form():
    early, late = Form({"municipality": "Bø"}), Form({"municipality": "Bø"})
    late.fields["municipality"].day = IN_2027
    assert (early.is_valid(), late.is_valid()) == (False, True)
    assert late.cleaned_data == {"municipality": Municipality.objects.get(code="1867")}
    assert 'data-url="/municipalities/suggest.json?on=2027-09-01"' in str(late["municipality"])
    assert 'data-url="/municipalities/suggest.json"' in str(early["municipality"])


def test_shows_the_name_of_a_municipality_or_its_key():
    bo = Municipality.objects.select_related("county").get(code="1867")
    field = MunicipalityField(day=IN_2015)
    assert [field.prepare_value(value) for value in (bo, bo.pk, "Bo", None)] == [
        "Bø (Nordland)",
        "Bø (Nordland)",
        "Bo",
        None,
    ]


def test_has_changed_compares_municipalities_not_texts():
    field = MunicipalityField(day=IN_2027)
    bo = Municipality.objects.get(code="1867")
    changed = [
        field.has_changed(initial, data)
        for initial, data in [
            (bo, "bø"),
            (bo.pk, "1867"),
            (bo, "Oslo"),
            (bo, "?"),
            (bo, ""),
            (None, ""),
            ("", "Bø"),
        ]
    ]
    assert changed == [False, False, True, True, True, False, True]


@pytest.mark.parametrize(("day", "queries"), [(IN_2027, 1), (IN_2015, 1)])
def test_a_right_answer_costs_one_query(day, queries, django_assert_num_queries):
    with django_assert_num_queries(queries):
        MunicipalityField(day=day).clean("Vefsn")


def test_suggestions_begin_with_the_text_first():
    form = SuggestForm({"q": "bø", "on": "2015-09-01"})
    assert form.is_valid()
    names = [found.label_on(IN_2015) for found in form.suggestions(IN_2027)]
    assert names == ["Bø (Nordland)", "Bø (Telemark)", "Bømlo", "Hobøl"]


def test_at_most_twenty_suggestions():
    form = SuggestForm({"q": "a"})
    assert form.is_valid()
    assert len(form.suggestions(IN_2027)) == MAX_SUGGESTIONS


def _filtered(**data):
    return {row.code for row in FilterForm(data, today=IN_2027).municipalities()}


def test_filters():
    assert len(_filtered()) == 357
    assert len(_filtered(on="2015-06-01")) == 428
    assert _filtered(q="herøy", region="landsdel-NN") == {"1818"}
    assert _filtered(region="ssb-7", on="2015-06-01", size="L") == {"1804", "1833", "1902", "1903"}
    assert _filtered(county="03") == {"0301"}
    assert _filtered(county="56", language="neutral", size="M") == {"5603"}
    assert len(_filtered(language="nn")) == 88


def test_a_filter_without_sense_is_told_and_left_out():
    form = FilterForm({"on": "yesterday", "county": "99", "q": "oslo"}, today=IN_2027)
    assert [row.code for row in form.municipalities()] == ["0301"]
    assert form.day == IN_2027
    assert form.errors == {
        "on": ["Enter a valid date."],
        "county": ["Select a valid choice. 99 is not one of the available choices."],
    }


def test_the_choices_are_those_of_the_day():
    form = FilterForm({"on": "2015-06-01"}, today=IN_2027)
    counties = dict(form.fields["county"].choices)
    assert (len(counties), counties["16"]) == (20, "Sør-Trøndelag")
    (_all, landsdeler, ssb) = form.fields["region"].choices
    assert [len(choices) for _label, choices in (landsdeler, ssb)] == [5, 7]
