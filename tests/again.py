"""`pytest -p tests.again`: leaves out what touches no database, for a suite that has run on another one."""

import pytest

FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}
MARKERS = ("django_db", "postgres", "redis", "e2e")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if not asks_a_service(item)])
    items[:] = filter(asks_a_service, items)


def asks_a_service(item: pytest.Item) -> bool:
    """Whether a test touches a database or another service, by its markers, its fixtures, and theirs."""
    named = any(item.get_closest_marker(name) for name in MARKERS)
    return named or bool(FIXTURES & set(getattr(item, "fixturenames", ())))
