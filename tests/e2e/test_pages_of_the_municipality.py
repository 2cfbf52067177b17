"""Every page that is open to all, and every page of a coordinator."""

import pytest

from tests.e2e.looking import doors_of, faults
from tests.world import World

pytestmark = pytest.mark.usefixtures("transactional_db", "now")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize(
    ("role", "others"), [("anonymous", ""), ("owner", "anonymous")], ids=["everybody", "coordinator"]
)
def test_every_page_is_fit_for_everybody(role, others, language, new_page, log_in, live_server) -> None:
    world, page = World(), new_page(language=language)
    if role in world.people:
        log_in(page, world.people[role])
    assert faults(page, live_server.url, world, language, doors_of(role, but_not_of=others)) == ""
