"""Every page of an instructor in a cohort; those that are the administrator's as well at a glance.

And those that only a new examiner opens after an appeal, who teaches elsewhere.
"""

import pytest

from tests.e2e.looking import doors_of, faults, glance, whole
from tests.world import World

pytestmark = pytest.mark.usefixtures("transactional_db", "now")


def test_every_page_is_fit_for_everybody(new_page, log_in, live_server) -> None:
    world, page = World(), new_page()
    log_in(page, world.people["teacher"])
    doors = doors_of("teacher", but_not_of=["owner"])
    own = doors_of("teacher", but_not_of=["owner", "administrator"])
    shared = [door for door in doors if door not in own]
    assert faults(page, live_server.url, world, [*whole(own), *glance(shared)]) == ""
    log_in(page, world.people["instructor"])
    doors = doors_of("instructor", but_not_of=["teacher"])
    assert faults(page, live_server.url, world, whole(doors)) == ""
