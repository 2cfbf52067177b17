"""Law 4: the selection is plain arithmetic: no Django, no clock, no randomness of its own, no app."""

import ast
import sys
from pathlib import Path

import pytest

from tests.selection.build import ROOT

PACKAGE = ROOT / "applications" / "selection"
FORBIDDEN = {
    "django",
    "celery",
    "random",
    "secrets",
    "datetime",
    "time",
    "os",
    "subprocess",
    "socket",
    "urllib",
}
FILES = sorted(PACKAGE.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_only_the_standard_library_and_itself_are_imported(file: Path):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        modules = []
        if isinstance(node, ast.Import):
            modules = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules = [node.module]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, "beyond the package"
        for module in modules:
            top = module.partition(".")[0]
            assert top in sys.stdlib_module_names
            assert top not in FORBIDDEN


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_floating_point_number(file: Path):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            # Division only between fractions; verified where it is written.
            assert file.name in {"leximin.py", "verify.py"}


def test_there_is_something_to_check():
    assert len(FILES) >= 14
