"""Words: tests say their claim, and nothing of where this was made or of a key gets into the repository."""

import ast
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
TESTS: Final = sorted((ROOT / "tests").rglob("test_*.py"))
LOCKS: Final = (*(ROOT / "requirements").glob("*.txt"), *ROOT.glob("tests/**/package-lock.json"))


@pytest.mark.parametrize("path", TESTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_test_says_its_claim(path: Path) -> None:
    """A test without a docstring proves something nobody knows."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    tests = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name.startswith("test_")]
    assert [n.name for n in tests if not ast.get_docstring(n)] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_lock_files_record_no_address(path: Path) -> None:
    """The locked environment installs from whatever index a machine has."""
    text = path.read_text(encoding="utf-8")
    assert re.search(r'"resolved"|index-url|find-links|@ https?://', text) is None


def test_nothing_is_left_to_do_without_an_issue() -> None:
    """No loose ends are committed."""
    tracked = subprocess.run(
        ["git", "ls-files", "src", "scripts"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    marks = re.compile("TODO|FIXME|XXX")
    files = [name for name in tracked.stdout.split() if (ROOT / name).exists()]
    assert [name for name in files if marks.search((ROOT / name).read_text("utf-8", "ignore"))] == []
