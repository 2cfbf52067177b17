"""The sentences that we borrow from Django are Django's still, and people read our translation of them."""

from functools import cache
from pathlib import Path

import django
import pytest
from babel.messages.pofile import read_po
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import translation

from innoskole.management.commands import translations

BORROWED = "innoskole/borrowed.py"


@cache
def django_says() -> set:
    """Every string of Django's that a form, a validator or a password can meet."""
    root = Path(django.__file__).parent
    found = set()
    for part in ("conf", "contrib/auth"):
        with (root / part / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
            found |= {message.id for message in read_po(file, locale="en")}
    return found


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_every_borrowed_sentence_is_still_djangos_and_is_translated(language: str) -> None:
    borrowed = [m for m in translations.read(language) if (BORROWED, None) in m.locations]
    assert len(borrowed) == 16
    assert {m.id for m in borrowed} - django_says() == set()
    assert [m.id for m in borrowed if not m.string] == []


class Form(forms.Form):
    email = forms.EmailField()
    count = forms.IntegerField(min_value=3)
    title = forms.CharField(max_length=5)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "nb",
            [
                "Skriv en gyldig e-postadresse.",
                "Tallet kan ikke være mindre enn 3.",
                "Skriv høyst 5 tegn (det er 8 nå).",
                "Passordet er for kort. Det må ha minst 12 tegn.",
            ],
        ),
        (
            "nn",
            [
                "Skriv ei gyldig e-postadresse.",
                "Talet kan ikkje vere mindre enn 3.",
                "Skriv høgst 5 teikn (det er 8 no).",
                "Passordet er for kort. Det må ha minst 12 teikn.",
            ],
        ),
    ],
)
def test_people_read_our_translation(language: str, sentences: list[str]) -> None:
    call_command("translations", compile=True)
    with translation.override(language):
        form = Form({"email": "nobody", "count": "2", "title": "Too long"})
        with pytest.raises(ValidationError) as refusal:
            validate_password("Kort4#")
        read = [form.errors[name][0] for name in ("email", "count", "title")] + refusal.value.messages
    assert read == sentences
