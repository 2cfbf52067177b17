"""What proves that a person acts for a municipality."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import product

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
    return domains_prove([(email, municipality)])[0]


def domains_prove(addresses: Sequence[tuple[str, Municipality]]) -> list[bool]:
    """The same of many: one query for the exceptions, and one for each day of the register they are of."""
    domains = [email.rpartition("@")[2].lower() for email, _municipality in addresses]
    listed: dict[str, set[int]] = defaultdict(set)
    for exception in DomainException.objects.filter(domain__in=set(domains)):
        listed[exception.domain].add(exception.municipality_id)
    contemporaries = cache(_contemporaries)
    return [
        municipality.pk in listed[domain]
        if domain in listed
        else domain in domains_of(municipality)
        and all(
            other.code == municipality.code or domain not in domains_of(other)
            for other in contemporaries(municipality.valid_to_on)
        )
        for domain, (_email, municipality) in zip(domains, addresses, strict=True)
    ]


def _contemporaries(valid_to_on: date | None) -> list[Municipality]:
    """Those that were valid on the last day of a municipality; all of today's when it still is."""
    if valid_to_on is None:
        return list(Municipality.objects.filter(valid_to_on__isnull=True))
    return list(Municipality.objects.valid_on(valid_to_on - timedelta(days=1)))
