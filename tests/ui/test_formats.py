"""Moments, days and numbers in the three languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import engines
from django.utils import translation

from innoskole.ui import formats

SUMMER = datetime(2027, 6, 1, 13, 0, tzinfo=UTC)
WINTER = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)  # 1 February in Norway

WRITTEN = {
    "nb": ["tirsdag 1. juni 2027 kl. 15.00", "1. juni 2027 kl. 15.00", "mandag 1. februar 2027 kl. 00.30"],
    "nn": ["tysdag 1. juni 2027 kl. 15.00", "1. juni 2027 kl. 15.00", "måndag 1. februar 2027 kl. 00.30"],
    "en": ["Tuesday 1 June 2027 at 15:00", "1 June 2027 at 15:00", "Monday 1 February 2027 at 00:30"],
}


@pytest.mark.parametrize("language", WRITTEN)
def test_a_moment_has_weekday_day_and_clock_on_a_norwegian_clock(language: str) -> None:
    with translation.override(language):
        assert [
            formats.moment(SUMMER),
            formats.moment(SUMMER, "short"),
            formats.moment(WINTER),
        ] == WRITTEN[language]


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        formats.moment(datetime.fromisoformat("2027-06-01T15:00"))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", ["1. juni 2027", "tirsdag 1. juni 2027", "1. februar 2027", "15.00"]),
        ("nn", ["1. juni 2027", "tysdag 1. juni 2027", "1. februar 2027", "15.00"]),
        ("en", ["1 June 2027", "Tuesday 1 June 2027", "1 February 2027", "15:00"]),
    ],
)
def test_days_and_clock(language: str, expected: list[str]) -> None:
    with translation.override(language):
        assert [
            formats.day(date(2027, 6, 1)),
            formats.day(date(2027, 6, 1), weekday=True),
            formats.day(WINTER),
            formats.clock(SUMMER),
        ] == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", ["5\xa0165\xa0802", "999", "12,50", "1\xa0234,5", "0,333", "64\xa0%", "33,3\xa0%"]),
        ("nn", ["5\xa0165\xa0802", "999", "12,50", "1\xa0234,5", "0,333", "64\xa0%", "33,3\xa0%"]),
        ("en", ["5,165,802", "999", "12.50", "1,234.5", "0.333", "64%", "33.3%"]),
    ],
)
def test_numbers_and_shares(language: str, expected: list[str]) -> None:
    with translation.override(language):
        assert [
            formats.number(5165802),
            formats.number(999),
            formats.number(Decimal("12.50")),
            formats.number(1234.5),
            formats.number(Fraction(1, 3), 3),
            formats.percent(0.64),
            formats.percent(Fraction(1, 3), 1),
        ] == expected


def test_the_filters_are_built_in_and_empty_for_nothing() -> None:
    template = engines["django"].from_string(
        "{{ at|moment }}|{{ at|moment:'short' }}|{{ at|day:'weekday' }}|{{ at|clock }}|{{ n|number }}"
        "|{{ s|percent:1 }}|{{ none|moment }}{{ none|day }}{{ none|clock }}{{ none|number }}"
        "{{ none|percent }}|{{ zero|number }}"
    )
    with translation.override("nb"):
        assert template.render({"at": SUMMER, "n": 53638, "s": 0.125, "none": None, "zero": 0}) == (
            "tirsdag 1. juni 2027 kl. 15.00|1. juni 2027 kl. 15.00|tirsdag 1. juni 2027|15.00"
            "|53\xa0638|12,5\xa0%||0"
        )


@pytest.mark.parametrize(
    ("language", "months"),
    [
        ("nb", "januar februar mars april mai juni juli august september oktober november desember"),
        ("nn", "januar februar mars april mai juni juli august september oktober november desember"),
    ],
)
def test_no_word_of_ours_renames_a_month(language: str, months: str) -> None:
    with translation.override(language):
        assert [formats.day(date(2027, month, 1)) for month in range(1, 13)] == [
            f"1. {name} 2027" for name in months.split()
        ]
