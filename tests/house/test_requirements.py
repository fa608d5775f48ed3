"""Requirements: each that docs/requirements.md lists is proved by tests that name it, and by those it names."""

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TESTS: Final = ROOT / "tests"
# Learnt from other systems' lost money; the numbers that are left out belong to parts that come later.
NUMBERS: Final = (*range(2, 7), *range(8, 13), 14, *range(16, 48))
REQUIRED: Final = frozenset(f"R{number}" for number in NUMBERS)
_ROW: Final = re.compile(r"^\| (R[0-9]+) \|.*\|([^|]*)\|[^|]*\|$", re.MULTILINE)


def named_by(path: Path) -> set[str]:
    """The requirements that tests in this file say they prove."""
    marks = (
        node
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name.startswith("test_")
        for node in function.decorator_list
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement"
    )
    return {ast.literal_eval(argument) for mark in marks for argument in mark.args}


def proved() -> dict[str, set[str]]:
    """Each number that a test names, with the files of those tests."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for number in named_by(path):
            found[number].add(path.relative_to(TESTS).as_posix())
    return found


def documented() -> dict[str, set[str]]:
    """Each number of the table in docs/requirements.md, with the files its row names."""
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    return {number: set(re.findall(r"`([^`]+\.py)`", files)) for number, files in _ROW.findall(text)}


def test_every_requirement_is_named_by_a_test() -> None:
    """None is forgotten, and no test names one that does not exist."""
    assert set(proved()) == REQUIRED


def test_the_document_names_the_tests_that_name_it() -> None:
    """The table is complete, and each row leads to exactly the files in which its tests stand."""
    assert documented() == proved()


def test_a_missing_mark_is_noticed(tmp_path: Path) -> None:
    """The check reads marks of tests and nothing else."""
    path = tmp_path / "test_sample.py"
    path.write_text(
        '@pytest.mark.requirement("R1", "R2")\ndef test_a(): ...\n@pytest.mark.slow("R3")\ndef test_b(): ...\n'
    )
    assert named_by(path) == {"R1", "R2"}
