import pytest
from django.utils import translation

from innoskole.municipalities.sizes import SIZES, SizeBounds, size_class, size_name, size_range


@pytest.mark.parametrize(
    ("population", "code"),
    [(0, "S"), (4_999, "S"), (5_000, "M"), (19_999, "M"), (20_000, "L"), (728_714, "L")],
)
def test_size_class(population, code):
    assert size_class(population) == code


def test_bounds_are_adjustable():
    bounds = SizeBounds(small_below=3_000, large_from=3_000)
    assert [size_class(population, bounds) for population in (2_999, 3_000)] == ["S", "L"]
    assert [size_range(code, bounds) for code in SIZES] == [(0, 3_000), (3_000, 3_000), (3_000, None)]


@pytest.mark.parametrize(("small_below", "large_from"), [(0, 10), (-1, 10), (11, 10)])
def test_senseless_bounds_are_refused(small_below, large_from):
    with pytest.raises(ValueError, match="bounds"):
        SizeBounds(small_below, large_from)


def test_names_state_the_bounds():
    with translation.override("en"):
        assert [size_name(code) for code in SIZES] == [
            "Small (fewer than 5,000 inhabitants)",
            "Medium (5,000 to 19,999 inhabitants)",
            "Large (20,000 inhabitants or more)",
        ]
