"""What every test stands on: services found or skipped, an empty cache, and the cast."""

import pytest

from tests import cache

pytest_plugins = ["tests.skips", "tests.cast"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.start_a_new_test()
