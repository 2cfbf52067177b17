"""`pytest -p tests.again`: leaves out, for a suite that has run on another database, what touches none, and
what is marked `once`."""

import pytest

FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}
SERVICES = ("postgres", "redis", "e2e")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if not runs_again(item)])
    items[:] = filter(runs_again, items)


def runs_again(item: pytest.Item) -> bool:
    """Whether a test touches a database or another service, by its markers, its fixtures, and theirs, and is
    not marked `once`. What needs a service has not run yet."""
    if any(item.get_closest_marker(name) for name in SERVICES):
        return True
    touches = item.get_closest_marker("django_db") or FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(touches) and not item.get_closest_marker("once")
