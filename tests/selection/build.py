"""Small rounds to draw: made by hand, at random, or from the real register."""

import csv
import json
from itertools import product
from pathlib import Path
from random import Random

from applications.selection import Applicant, Group, Input, Source, seed_text

ROOT = Path(__file__).parents[2]
VECTOR = Path(__file__).parent / "vector"
REGISTER = ROOT / "innoskole" / "municipalities" / "data" / "municipalities.csv"
SOURCES = (
    Source("drand-quicknet/657413", "drand quicknet, runde 657413"),
    Source("vikinglotto/2027-03-18", "Vikinglotto, vinnertall stigende"),
)
FROZEN_AT = "2027-03-18T20:00:00+01:00"


def vector(name: str) -> bytes:
    return (VECTOR / name).read_bytes()


def vector_input() -> Input:
    return Input.from_json(json.loads(vector("basis.json")))


def make(
    counts: list[list[int]],
    places: int,
    regions: list[tuple[int, int]] | None = None,
    sizes: list[tuple[int, int]] | None = None,
    **fields: object,
) -> Input:
    """A round by applicants per region (row) and size (column); bounds are (1, places) unless given."""
    region_codes = [f"R{number}" for number in range(len(counts))]
    size_codes = ["S", "M", "L", "XL"][: len(counts[0])]
    region_bounds = regions or [(1, places)] * len(region_codes)
    size_bounds = sizes or [(1, places)] * len(size_codes)
    applicants = []
    for region, row in zip(region_codes, counts, strict=True):
        for size, count in zip(size_codes, row, strict=True):
            for _ in range(count):
                number = len(applicants) + 1
                applicants.append(Applicant(f"{number:04}", f"Kommune {number}", region, size))
    return Input(
        places=places,
        regions=tuple(
            Group(code, f"Region {code}", *bounds)
            for code, bounds in zip(region_codes, region_bounds, strict=True)
        ),
        sizes=tuple(
            Group(code, f"Størrelse {code}", *bounds)
            for code, bounds in zip(size_codes, size_bounds, strict=True)
        ),
        applicants=tuple(applicants),
        **{"round": "prøve-2027", "sources": SOURCES, "frozen_at": FROZEN_AT, **fields},
    )


def at_random(random: Random, *, tight: bool = False, most: int = 9) -> Input:
    """A small round with more applicants than places; `tight` bounds often collide."""
    while True:
        rows, columns = random.randint(1, 3), random.randint(1, 3)
        counts = [[random.choice((0, 1, 1, 2, 3)) for _ in range(columns)] for _ in range(rows)]
        applicants = sum(map(sum, counts))
        if 2 <= applicants <= most:
            break
    places = random.randint(1, min(5, applicants - 1))

    def bounds() -> tuple[int, int]:
        low = random.choice((0, 1, 1, 2, 3) if tight else (0, 0, 0, 1, 1))
        return low, random.randint(low, min(low + 2, 4)) if tight else max(low, random.randint(1, places + 1))

    return make(counts, places, [bounds() for _ in range(rows)], [bounds() for _ in range(columns)])


def from_register(random: Random, applicants: int, places: int) -> Input:
    """So many municipalities of the register; regions and sizes with an applicant have min 1."""
    with REGISTER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = sorted(random.sample(rows, applicants), key=lambda row: row["code"])
    regions = ["Nord-Norge", "Trøndelag", "Vestlandet", "Sørlandet", "Østlandet"]
    sizes = ["small", "medium", "large"]
    return Input(
        round="register",
        places=places,
        regions=tuple(
            Group(each, each, int(any(r["landsdel"] == each for r in chosen)), places) for each in regions
        ),
        sizes=tuple(
            Group(each, each, int(any(r["size_class"] == each for r in chosen)), places) for each in sizes
        ),
        applicants=tuple(Applicant(r["code"], r["name"], r["landsdel"], r["size_class"]) for r in chosen),
        sources=SOURCES,
        frozen_at=FROZEN_AT,
    )


def tables(given: Input) -> list[dict[tuple[str, str], int]]:
    """Every way to give out the places with no more seats than applicants in a cell, whatever the quotas."""
    counts = given.cells()
    found = []
    for seats in product(*(range(count + 1) for count in counts.values())):
        if sum(seats) == given.places:
            found.append(dict(zip(counts, seats, strict=True)))
    return found


def keeps_quotas(given: Input, table: dict[tuple[str, str], int]) -> bool:
    for position, groups in enumerate((given.regions, given.sizes)):
        for group in groups:
            if (
                not group.min
                <= sum(n for cell, n in table.items() if cell[position] == group.code)
                <= group.max
            ):
                return False
    return True


def seed_for(basis: bytes, value: str = "1") -> str:
    announced = [source["id"] for source in json.loads(basis)["sources"]]
    return seed_text(basis, {source: f"{value}-{number}" for number, source in enumerate(announced)})
