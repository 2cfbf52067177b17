"""Every page of an instructor in a cohort. The words are those of the administrator's pages: one language."""

import pytest

from tests.e2e.looking import doors_of, faults
from tests.world import World

pytestmark = pytest.mark.usefixtures("transactional_db", "now")


def test_every_page_is_fit_for_everybody(new_page, log_in, live_server) -> None:
    world, page = World(), new_page()
    log_in(page, world.people["teacher"])
    doors = doors_of("teacher", but_not_of="owner")
    assert faults(page, live_server.url, world, doors, ["nb"]) == ""
