"""Front doors: what a room offers is what it says it offers."""

import ast
import importlib
from pathlib import Path
from typing import Final

import pytest

SOURCE: Final = Path(__file__).parents[2] / "src"
FRONTS: Final = sorted(
    p
    for p in (SOURCE / "wasl").rglob("__init__.py")
    if "import" in p.read_text(encoding="utf-8") and p.parent.name != "cli"
)


@pytest.mark.parametrize("path", FRONTS, ids=lambda p: str(p.parent.relative_to(SOURCE)))
def test_a_front_door_names_what_it_offers(path: Path) -> None:
    """Every name a package's front imports is in its `__all__`, and every name there exists."""
    module = importlib.import_module(".".join(path.parent.relative_to(SOURCE).parts))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wasl")
        for alias in node.names
    }
    offered = set(getattr(module, "__all__", ()))
    assert imported <= offered
    assert all(hasattr(module, name) for name in offered)
