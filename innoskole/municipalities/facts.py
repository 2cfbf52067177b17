"""What the reference data say, in types: the border between the files and the database."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from innoskole.municipalities.names import Names

# Statistics Norway's first version that the files cover; a municipality of that day may be older.
BEGINNING = date(2011, 1, 1)
Key = tuple[str, date]


class SourceError(Exception):
    """The files contradict themselves; the sentence says which file, what and where."""


@dataclass(frozen=True)
class CountyFact:
    code: str
    name: str
    official_name: str
    landsdel: str
    ssb_region: str
    ssb_region_before_2020: str
    valid_from_on: date
    valid_to_on: date | None


@dataclass
class Life:
    """One unbroken life of a code. Attributes that the files do not tell are None or empty."""

    code: str
    valid_from_on: date
    valid_to_on: date | None = None
    names: dict[date, Names] = field(default_factory=dict)
    language_form: str = ""
    orgnr: str = ""
    admin_centre: str = ""
    centrality_class: int | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    map_x: Decimal | None = None
    map_y: Decimal | None = None
    populations: dict[date, int] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.code, self.valid_from_on

    @property
    def last_names(self) -> Names:
        return self.names[max(self.names)]

    def covers(self, day: date) -> bool:
        return self.valid_from_on <= day and (self.valid_to_on is None or day < self.valid_to_on)


@dataclass(frozen=True)
class ChangeFact:
    old: Key
    new: Key
    changed_on: date
    kind: str
    is_primary: bool
    population_share: Decimal | None
    note: str


@dataclass(frozen=True)
class Register:
    counties: list[CountyFact]
    lives: list[Life]
    changes: list[ChangeFact]
