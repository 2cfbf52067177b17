"""Numbers, names and sectors as they stand within a sentence, in the language in force."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models.team import Sector
from applications.wording import listed
from innoskole.ui import formats

WORDS = (
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
    gettext_lazy("ten"),
    gettext_lazy("eleven"),
    gettext_lazy("twelve"),
)


def in_sentence(name: str) -> str:
    """With a small first letter, unless it begins with capitals: «Rådmann», but «HR-avdelingen»."""
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def quoted(sectors: Iterable[str]) -> str:
    return listed(_("«%(quotation)s»") % {"quotation": Sector(sector).label} for sector in sectors)


def number(count: int) -> str:
    """In words up to twelve, as one writes in Norwegian."""
    return str(WORDS[count - 1]) if 1 <= count <= len(WORDS) else formats.number(count)


def span(least: int, most: int) -> str:
    if least == most:
        return number(least)
    return _("%(least)s to %(most)s") % {"least": number(least), "most": number(most)}


def people_of(count: int) -> str:
    """«four people»."""
    return ngettext("%(number)s person", "%(number)s people", count) % {"number": number(count)}
