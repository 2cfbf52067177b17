"""`pytest -p tests.again`: what the suite leaves out when it runs again on another database, which it has not
touched on the first one."""

import pytest

FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}
MARKERS = ("django_db", "postgres", "redis", "e2e")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if not asks_a_service(item)])
    items[:] = filter(asks_a_service, items)


def asks_a_service(item: pytest.Item) -> bool:
    """item: as pytest collects them, with the fixtures of its fixtures."""
    named = any(item.get_closest_marker(name) for name in MARKERS)
    return named or bool(FIXTURES & set(getattr(item, "fixturenames", ())))
