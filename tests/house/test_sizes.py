"""Sizes: a function fits a screen, a module is one idea."""

import ast
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
MODULE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 70
MODULES: Final = sorted(p for p in (ROOT / "src").rglob("*.py") if "versions" not in p.parts)


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """A function's lines without its docstring."""
    first = node.body[0]
    docstring = ast.get_docstring(node) is not None and first.end_lineno is not None
    return (
        (node.end_lineno or node.lineno)
        - node.lineno
        + 1
        - (first.end_lineno - first.lineno + 1 if docstring and first.end_lineno else 0)
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_and_its_functions_stay_small(path: Path) -> None:
    """What no longer fits wants another room, not another screen."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MODULE_LINES_MAX
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if body_lines(f) > FUNCTION_LINES_MAX] == []
