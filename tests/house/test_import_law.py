"""The import law: which room may know which. Executed, not hoped for."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

SOURCE: Final = Path(__file__).parents[2] / "src" / "wasl"
EVERYTHING: Final = frozenset({""})
LAW: Final[dict[str, frozenset[str]]] = {
    "errors": frozenset(),
    "domain": frozenset(),
    "engine": frozenset({"domain", "errors"}),
    "gateway": frozenset({"domain", "engine.ports", "errors"}),
    "stores": frozenset({"domain", "engine.ports", "errors"}),
    "ledger": frozenset({"domain", "engine.ports", "errors"}),
    "web": frozenset({"domain", "engine", "errors"}),
    "settings": frozenset({"domain", "errors"}),
    "telemetry": frozenset(),
    "chance": frozenset({"domain"}),
    "network": frozenset({"errors"}),
    "wiring": frozenset({"network", "domain", "engine", "errors", "gateway", "stores", "ledger", "settings", "chance"}),
    "emulator": frozenset(),
    "demo": frozenset({"emulator", "domain"}),
    "__main__": frozenset({"cli"}),
    "simulation": frozenset({"domain", "engine", "errors", "gateway", "stores", "ledger", "web", "wiring", "emulator"}),
    "cli": frozenset(
        {"domain", "engine", "errors", "settings", "telemetry", "wiring", "web", "emulator", "demo", "simulation"}
    ),
}
# What a room may not import from outside, whatever it is for.
FOREIGN: Final[dict[str, frozenset[str]]] = {
    "domain": frozenset({"asyncio", "random", "secrets", "uuid", "time", "logging", "json", "os", "sqlite3"}),
    "engine": frozenset(
        {"os", "sqlite3", "asyncpg", "aiohttp", "starlette", "sqlalchemy", "random", "secrets", "time"}
    ),
}


def room_of(path: Path) -> str:
    """The room a file belongs to: its first folder, or its own name at the top."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every imported dotted name with its line, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative imports hide the room"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def outside_law(room: str, imported: str) -> bool:
    """Whether *room* may not import the dotted name *imported*."""
    first, _, target = imported.partition(".")
    if first != "wasl" or target.split(".")[0] in (room, "__version__"):
        return False
    return not any(target == allowed or target.startswith(f"{allowed}.") for allowed in LAW[room])


FILES: Final = sorted(p for p in SOURCE.rglob("*.py") if p.name != "__init__.py" or p.parent != SOURCE)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_every_room_keeps_the_law(path: Path) -> None:
    """No file imports a room that its own may not know, nor a library that its room does without."""
    room = room_of(path)
    broken = [f"{path}:{line}: {name}" for line, name in imports(path) if outside_law(room, name)]
    foreign = FOREIGN.get(room, frozenset())
    broken += [f"{path}:{line}: {name}" for line, name in imports(path) if name.split(".")[0] in foreign]
    assert broken == []


def test_every_room_is_in_the_law() -> None:
    """A new room has to say what it may know."""
    assert {room_of(path) for path in FILES} == set(LAW)


def test_the_law_can_be_broken() -> None:
    """The check itself fails where it should."""
    assert outside_law("domain", "wasl.engine.ports")
    assert outside_law("gateway", "wasl.engine.open.Wish")
    assert outside_law("emulator", "wasl.domain.money")
    assert not outside_law("gateway", "wasl.engine.ports.Gateway")
    assert not outside_law("web", "wasl.engine.hear.hear")
