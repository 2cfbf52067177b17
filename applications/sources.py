"""The two public sources of randomness of a draw: what is announced, from when it has a value, how it is
written.

drand's quicknet makes a number every third second that nobody can steer or know before; a draw of
Vikinglotto is seen by everybody on the evening news. Both are named exactly when the list is frozen, never
«the latest».
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from innoskole.accounts.guards import Refused
from innoskole.ui import formats

# Facts of the chain, from https://api.drand.sh/v2/beacons/quicknet/info
DRAND_CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
DRAND_GENESIS = 1_692_803_367
DRAND_PERIOD = 3

DRAND, VIKINGLOTTO = "drand-quicknet", "vikinglotto"
WEDNESDAY = 2
VIKINGLOTTO_NUMBERS = range(1, 49)
VIKING_NUMBERS = range(1, 6)
VIKINGLOTTO_KNOWN_AT = time(20, 0)
NORWAY = ZoneInfo("Europe/Oslo")

# Time for the letters with the digest to arrive before anybody can know the first value.
NOTICE = timedelta(minutes=10)


@dataclass(frozen=True)
class Announcement:
    """One source as it is frozen: `id` stands in seed.txt, `description` tells people where to look it up."""

    id: str
    description: str
    available_at: datetime


def drand_round(moment: datetime) -> int:
    """The round of quicknet whose value is the newest at `moment`."""
    return int(moment.timestamp() - DRAND_GENESIS) // DRAND_PERIOD + 1


def drand_moment(round_number: int) -> datetime:
    """When the round's value is made."""
    return datetime.fromtimestamp(DRAND_GENESIS + (round_number - 1) * DRAND_PERIOD, UTC)


def kind_of(source_id: str) -> str:
    """DRAND or VIKINGLOTTO."""
    return source_id.partition("/")[0]


def round_of(source_id: str) -> int:
    """The round number in the id of a drand source."""
    return int(source_id.partition("/")[2])


def vikinglotto_moment(on: date) -> datetime:
    """From when the numbers of the draw on that day are known to everybody."""
    return datetime.combine(on, VIKINGLOTTO_KNOWN_AT, NORWAY)


def next_vikinglotto(after: datetime) -> date:
    """The first draw at least a day after the moment."""
    earliest = (after + timedelta(days=1)).astimezone(NORWAY).date()
    return earliest + timedelta(days=(WEDNESDAY - earliest.weekday()) % 7)


def check(draw_at: datetime, vikinglotto_on: date, now: datetime) -> None:
    """Raise Refused for a moment without enough notice, or a day without a draw of Vikinglotto."""
    if draw_at < now + NOTICE:
        raise Refused(
            _(
                "Choose a time for the draw at least %(minutes)s minutes from now, so that the letters "
                "arrive before it."
            )
            % {"minutes": NOTICE // timedelta(minutes=1)}
        )
    if vikinglotto_on.weekday() != WEDNESDAY:
        raise Refused(_("Vikinglotto is drawn on Wednesdays. Choose a Wednesday."))
    if vikinglotto_moment(vikinglotto_on) < now + NOTICE:
        raise Refused(_("Choose a draw of Vikinglotto that has not taken place."))


def announce(draw_at: datetime, vikinglotto_on: date) -> tuple[Announcement, ...]:
    """The sources of a draw in the order of seed.txt, described in the active language.

    Of drand, the first round made at or after `draw_at`.
    """
    number = drand_round(draw_at + timedelta(seconds=DRAND_PERIOD, microseconds=-1))
    drand, lotto = f"{DRAND}/{number}", f"{VIKINGLOTTO}/{vikinglotto_on.isoformat()}"
    return (
        Announcement(drand, describe(drand), drand_moment(number)),
        Announcement(lotto, describe(lotto), vikinglotto_moment(vikinglotto_on)),
    )


def describe(source_id: str) -> str:
    """What the source is, where its value is found, and the written fallback, in the active language."""
    kind, _slash, which = source_id.partition("/")
    if kind == DRAND:
        moment = formats.moment(drand_moment(int(which)))
        return _(
            "drand quicknet, round %(round)s (%(moment)s), the field «randomness». "
            "Should this round never exist: the next round that exists."
        ) % {"round": which, "moment": moment}
    return _(
        "Vikinglotto %(day)s: the six winning numbers in rising order, then + and the Viking number. "
        "Should this draw not take place: the next draw date."
    ) % {"day": formats.day(date.fromisoformat(which), weekday=True)}


def invented_value(source_id: str) -> str:
    """A value for trial in the shape of the source's: always the same, and nothing that was ever drawn."""
    if kind_of(source_id) == DRAND:
        return sha256(f"demo/{source_id}".encode()).hexdigest()
    random = Random(source_id)
    numbers = sorted(random.sample(VIKINGLOTTO_NUMBERS, 6))
    return f"{','.join(map(str, numbers))}+{random.choice(VIKING_NUMBERS)}"


def clean_value(source_id: str, text: str) -> str:
    """A value as it stands in seed.txt, whatever the spaces, capitals and order in which it was typed.

    drand: 64 hexadecimal digits. Vikinglotto: «9,18,27,33,35,39+4». Raises Refused for anything else.
    """
    return CLEANERS[kind_of(source_id)](text)


def _clean_drand(text: str) -> str:
    value = "".join(text.split()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise Refused(_("The value of drand is 64 characters, each a digit or one of the letters a to f."))
    return value


def _clean_vikinglotto(text: str) -> str:
    typed = re.sub(r"[\s,]+", ",", re.sub(r"\s*\+\s*", "+", text.strip()))
    match = re.fullmatch(r"(\d{1,2}(?:,\d{1,2}){5})\+(\d)", typed, re.ASCII)
    if not match:
        raise Refused(_("Write the six winning numbers and the Viking number like this: 9,18,27,33,35,39+4."))
    numbers, viking = sorted(int(number) for number in match[1].split(",")), int(match[2])
    if len(set(numbers)) != 6 or any(number not in VIKINGLOTTO_NUMBERS for number in numbers):
        raise Refused(_("The winning numbers are six different numbers from 1 to 48."))
    if viking not in VIKING_NUMBERS:
        raise Refused(_("The Viking number is a number from 1 to 5."))
    return f"{','.join(str(number) for number in numbers)}+{viking}"


CLEANERS: Mapping[str, Callable[[str], str]] = {DRAND: _clean_drand, VIKINGLOTTO: _clean_vikinglotto}
