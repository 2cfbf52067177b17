"""Every kind of letter that the product posts says why it was sent; found by reading the product's code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from innoskole import checks
from innoskole.notifications import outbox, reasons
from innoskole.notifications.reasons import FORGOTTEN, Reason, all_reasons, on_crash_of, reason_of
from tests.factories import NOW
from tests.notifications.factories import post

POSTING = {"post", "compose"}
# Posts what it is told to, for others.
POST_OFFICE = Path("innoskole/notifications/outbox.py")


class Unknown(Exception):
    """The kind of a letter cannot be read from the code."""


class Module:
    """What one module posts: each `kind=` is followed to the words that callers in the module put in."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.constants = {
            name: value for node in self.tree.body for name, value in _assigned(node) if value is not None
        }
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]

    def kinds(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module == "innoskole.notifications.outbox":
                raise Unknown(f"line {node.lineno}: post by «outbox.»")
        for function in self.functions:
            for call in _calls(function):
                if (
                    isinstance(call.func, ast.Attribute)
                    and _is_outbox(call.func)
                    and call.func.attr in POSTING
                ):
                    given = {keyword.arg: keyword.value for keyword in call.keywords}
                    yield from self.words(given["kind"], function)

    def words(self, node: ast.expr, within: ast.FunctionDef) -> set[str]:
        """The strings that an expression inside a function may stand for."""
        match node:
            case ast.Constant(value=str(word)):
                return {word}
            case ast.IfExp(body=one, orelse=other):
                return self.words(one, within) | self.words(other, within)
            case ast.JoinedStr(values=parts):
                return {"".join(found) for found in product(*(self.words(part, within) for part in parts))}
            case ast.FormattedValue(value=value):
                return self.words(value, within)
            case ast.Subscript(value=ast.Name(id=name)) if isinstance(self.constants.get(name), ast.Dict):
                table = self.constants[name]
                return {word for value in table.values for word in self.words(value, within)}
            case ast.Name(id=name):
                return self.named(name, within)
        raise Unknown(f"line {node.lineno}: {ast.unparse(node)}")

    def named(self, name: str, within: ast.FunctionDef) -> set[str]:
        local = [
            value for node in ast.walk(within) for key, value in _assigned(node) if key == name and value
        ]
        if local:
            return set().union(*(self.words(value, within) for value in local))
        if name in [each.arg for each in (*within.args.args, *within.args.kwonlyargs)]:
            return self.given_by_callers(name, within)
        if name in self.constants:
            return self.words(self.constants[name], within)
        raise Unknown(f"line {within.lineno}: {name}")

    def given_by_callers(self, name: str, called: ast.FunctionDef) -> set[str]:
        at = [each.arg for each in called.args.args].index(name) if name in _positional(called) else None
        found: set[str] = set()
        for function in self.functions:
            for call in _calls(function):
                if isinstance(call.func, ast.Name) and call.func.id == called.name:
                    given = {keyword.arg: keyword.value for keyword in call.keywords}
                    value = given.get(name)
                    if value is None and at is not None and at < len(call.args):
                        value = call.args[at]
                    if value is None:
                        raise Unknown(f"line {call.lineno}: {name} is not given")
                    found |= self.words(value, function)
        if not found:
            raise Unknown(f"line {called.lineno}: nobody calls {called.name}")
        return found


def _positional(function: ast.FunctionDef) -> list[str]:
    return [each.arg for each in function.args.args]


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _is_outbox(called: ast.Attribute) -> bool:
    return isinstance(called.value, ast.Name) and called.value.id == "outbox"


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            yield name, value


def posted_kinds() -> set[str]:
    found: set[str] = set()
    for package in checks.OUR_PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            if path.relative_to(settings.BASE_DIR) == POST_OFFICE:
                continue
            try:
                found |= set(Module(path.read_text(encoding="utf-8")).kinds())
            except Unknown as unknown:
                pytest.fail(f"{path}, {unknown}: write the kind so that it can be read")
    return found


def test_every_kind_of_letter_has_a_reason_and_every_reason_a_kind():
    assert posted_kinds() ^ all_reasons().keys() == set()


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("def f():\n    outbox.post(kind='a')", {"a"}),
        ("def f():\n    outbox.compose(kind='a' if x else 'b')", {"a", "b"}),
        ("A = 'a'\ndef f():\n    outbox.post(kind=A)", {"a"}),
        ("T: Mapping[str, str] = {1: 'a', 2: 'b'}\ndef f():\n    outbox.post(kind=T[x])", {"a", "b"}),
        ("def f():\n    t = 'a' if x else 'b'\n    outbox.post(kind=t)", {"a", "b"}),
        ("def f():\n    g('a')\ndef h():\n    g(t='b')\ndef g(t):\n    outbox.post(kind=t)", {"a", "b"}),
        ("def f():\n    g(t='a')\ndef g(*, t):\n    outbox.post(kind=f'x_{t}')", {"x_a"}),
        ("def f():\n    other.post(kind='a')", set()),
        ("def f():\n    outbox.post_all(x)", set()),
    ],
)
def test_the_reader_of_code_finds_kinds(source, kinds):
    assert set(Module(source).kinds()) == kinds


@pytest.mark.parametrize(
    "source",
    [
        "def f(t):\n    outbox.post(kind=t)",
        "def f():\n    outbox.post(kind=t)",
        "def f():\n    outbox.post(kind=x.t)",
        "from innoskole.notifications.outbox import post",
        "def f():\n    g()\ndef g(t='a'):\n    outbox.post(kind=t)",
    ],
)
def test_the_reader_of_code_says_what_it_cannot_read(source):
    with pytest.raises(Unknown):
        set(Module(source).kinds())


def test_a_kind_that_is_no_longer_sent_still_has_an_answer():
    assert reason_of("pigeon") == FORGOTTEN


# --- Decisions --------------------------------------------------------------------------------------

DECISIONS = {
    *("decision_place", "decision_waiting_list", "decision_declined", "decision_rejected", "decision_person"),
    *("appeal_upheld", "appeal_not_upheld", "appeal_dismissed"),
}


def test_no_second_copy_of_a_decision_is_sent_unasked():
    assert {kind for kind in all_reasons() if on_crash_of(kind) == "unsure"} == DECISIONS


@pytest.mark.django_db
def test_a_letter_is_settled_after_a_crash_as_its_kind_says_unless_it_is_told_otherwise():
    assert [
        post("a", kind="decision_place").on_crash,
        post("b", kind="receipt").on_crash,
        post("c", kind="pigeon").on_crash,
        post("d", kind="receipt", on_crash="unsure").on_crash,
    ] == ["unsure", "again", "again", "unsure"]


@pytest.mark.django_db
def test_a_room_registers_its_kinds(monkeypatch):
    monkeypatch.setattr(reasons, "_reasons", {})
    monkeypatch.setattr(reasons, "_on_crash", {})
    pigeon = Reason(label="Pigeon", why="You got this because you feed it.")
    reasons.register({"pigeon": pigeon}, on_crash="unsure")
    assert (reason_of("pigeon"), on_crash_of("pigeon")) == (pigeon, "unsure")
    letter = outbox.compose(
        key="x", kind="pigeon", to="kari@example.no", template="already_registered", context={}, now=NOW
    )
    assert letter.on_crash == "unsure"
