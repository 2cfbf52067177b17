"""Every test starts with an empty cache, although workers share one Redis that may be somebody's own."""

from uuid import uuid4

_test = uuid4().hex


def start_a_new_test() -> None:
    global _test
    _test = uuid4().hex


def key_of_this_test(key: str, prefix: str, version: int) -> str:
    return f"innoskole-test:{_test}:{prefix}:{version}:{key}"
