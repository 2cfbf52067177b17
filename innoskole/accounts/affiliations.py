"""What proves that a person acts for a municipality."""

import unicodedata
from datetime import timedelta
from itertools import product

from django.db.models import QuerySet

from innoskole.accounts.models import DomainException
from innoskole.municipalities.models import Municipality

# How a letter of a name is written in a domain. Only å has two spellings.
FOLDED: dict[str, tuple[str, ...]] = {
    "æ": ("ae",),
    "ø": ("o",),
    "å": ("a", "aa"),
    "đ": ("d",),
    "ŋ": ("n",),
    "ŧ": ("t",),
    " ": ("",),
    "-": ("",),
}


def _spellings(letter: str) -> tuple[str, ...]:
    if letter in FOLDED:
        return FOLDED[letter]
    bare = unicodedata.normalize("NFKD", letter)[0]
    return (bare,)


def folded(name: str) -> set[str]:
    """Every way that a municipality's name may stand in its domain: Våler → {valer, vaaler}."""
    letters = [_spellings(letter) for letter in unicodedata.normalize("NFC", name.lower())]
    return {"".join(spelling) for spelling in product(*letters)}


def domains_of(municipality: Municipality) -> set[str]:
    """The domains that a municipality's Norwegian, Sami and Kven names give: <name>.kommune.no."""
    names = [municipality.name, municipality.name_sami, municipality.name_kven]
    return {f"{spelling}.kommune.no" for name in names if name for spelling in folded(name)}


def domain_proves(email: str, municipality: Municipality) -> bool:
    """Whether an address proves by its domain alone that its owner works for a municipality.

    Source: issue 2, section 2. Subdomains prove nothing. Where two municipalities of the same time share
    a domain (Herøy, Våler) it proves neither, unless the table of exceptions says which one owns it.
    """
    domain = email.rpartition("@")[2].lower()
    listed = set(DomainException.objects.filter(domain=domain).values_list("municipality_id", flat=True))
    if listed:
        return municipality.pk in listed
    if domain not in domains_of(municipality):
        return False
    return all(
        other.code == municipality.code or domain not in domains_of(other)
        for other in _contemporaries(municipality)
    )


def _contemporaries(municipality: Municipality) -> QuerySet[Municipality]:
    if municipality.valid_to_on is None:
        return Municipality.objects.filter(valid_to_on__isnull=True)
    return Municipality.objects.valid_on(municipality.valid_to_on - timedelta(days=1))
