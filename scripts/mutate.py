"""Change `wasl.domain` a little, one place at a time, and see whether its tests notice.

    .venv/bin/python scripts/mutate.py [--module fold] [--only TEXT] [--quick] [--list]

Domain and tests are copied to a temporary folder first, so that nobody has to stop working meanwhile. Each mutant runs
in a fork of this process, which has the test tools imported already; the changed module goes in by an import hook.
Tests stop at the first failure: examples come before enumerations, and searches (with fixed seeds) last. A survivor is
an error unless `scripts/mutants/equivalent.toml` gives the reason for it; a reason without its survivor is one too.
"""

import argparse
import importlib.abc
import importlib.machinery
import os
import resource
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

import _hypothesis_pytestplugin  # type: ignore[import-untyped]  # a plugin publishes no types
import hypothesis
import pytest
import pytest_asyncio.plugin
import pytest_timeout  # type: ignore[import-untyped]  # the same
from mutants.operators import Mutant, enum_members, mutants_of

ROOT: Final = Path(__file__).parents[1]
DOMAIN: Final = Path("src", "wasl", "domain")
TESTS: Final = Path("tests", "unit", "domain")
COPIED: Final = ("pyproject.toml", "src/wasl/__init__.py", "tests/builders.py", str(DOMAIN), str(TESTS))
REASONS: Final = Path(__file__).parent / "mutants" / "equivalent.toml"
# What costs most comes last: enumerations, then searches.
LAST: Final = ("test_catalogue.py", "test_laws.py", "test_lives.py")
# Enumerations and searches speak of the fold: they find nothing in the other modules that costs their time.
FOLDED: Final = frozenset({"evidence", "fold", "money", "outcome", "payment", "revise", "transaction", "weigh"})
SEARCHES: Final = frozenset({"test_laws.py", "test_lives.py"})
CPU_S_MAX: Final = 60  # all tests take 15 s; what takes so much longer never ends
MEMORY_MAX: Final = 2 << 30
SURVIVED: Final = 0
# Imported once, in the parent of all forks.
PLUGINS: Final = (_hypothesis_pytestplugin, pytest_asyncio.plugin, pytest_timeout)
OPTIONS: Final = ("-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-o", "timeout=0")


class Changed(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Finds one module, with other code in it."""

    def __init__(self, mutant: Mutant) -> None:
        self._name, self._code = f"wasl.domain.{mutant.module}", mutant.code

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Only the changed module is ours."""
        del path, target
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant."""
        exec(self._code, module.__dict__)  # noqa: S102  that is what a loader does


def main() -> None:
    """Make mutants, run them, and stop with 1 if one lives without a reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--module", action="append", help="only this module of the domain (may be repeated)")
    parser.add_argument("--only", default="", help="only mutants whose name contains this text")
    parser.add_argument("--quick", action="store_true", help="without the searches of hypothesis")
    parser.add_argument("--list", action="store_true", help="name the mutants, run none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wasl-mutants-") as folder:
        copy_to(Path(folder))
        os.chdir(folder)
        sys.path.insert(0, str(Path(folder) / "src"))
        sys.exit(judge(options))


def copy_to(folder: Path) -> None:
    """What is judged, as it is now."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def judge(options: argparse.Namespace) -> int:
    """Run every chosen mutant; 1 if something is wrong."""
    chosen = [m for m in generated(options.module) if options.only in m.name]
    if options.list:
        for mutant in chosen:
            print(f"{mutant.line:>4} {mutant.name}")
        return 0
    started = time.monotonic()
    if verdict(None, quick=options.quick) != SURVIVED:
        print("mutants: the tests fail without any change; nothing measured would mean anything")
        return 1
    survivors = [mutant for mutant in chosen if not killed(mutant, quick=options.quick)]
    everything = not (options.module or options.only or options.quick)
    print(f"{len(chosen)} mutants, {len(chosen) - len(survivors)} killed in {time.monotonic() - started:.0f} s")
    return 1 if unexplained(survivors, everything=everything) else 0


def generated(modules: Sequence[str] | None) -> Iterator[Mutant]:
    """Every mutant of these modules, or of all."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(DOMAIN.glob("*.py"))}
    members = enum_members(sources)
    for module in modules or sources:
        yield from mutants_of(module, sources[module], members)


def killed(mutant: Mutant, *, quick: bool) -> bool:
    """Whether a test fails on *mutant*; what survives is printed at once."""
    dead = verdict(mutant, quick=quick) != SURVIVED
    if not dead:
        print(f"survived: {DOMAIN.name}/{mutant.module}.py:{mutant.line} {mutant.change}", flush=True)
    return dead


def verdict(mutant: Mutant | None, *, quick: bool) -> int:
    """Run the tests on *mutant* in a fork; its wait status, SURVIVED if none failed."""
    child = os.fork()
    if child == 0:
        os._exit(judged(mutant, quick=quick))
    return os.waitpid(child, 0)[1]


def judged(mutant: Mutant | None, *, quick: bool) -> int:
    """In the fork: pytest's exit code. Neither processor time nor memory is without end."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    if mutant is not None:
        sys.meta_path.insert(0, Changed(mutant))
    if mutant is not None:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
    for names in stages(mutant.module if mutant else "", quick=quick):
        try:
            failed = pytest.main([*OPTIONS, *names], PLUGINS)
        except BaseException:  # noqa: BLE001  whatever a mutant does to pytest itself, it was noticed
            return 1
        if failed:
            return 1
    return 0


def stages(module: str, *, quick: bool) -> Iterator[list[str]]:
    """The test files, in the order in which to try them: that of *module*, the other examples, and what costs more."""
    names = sorted(path.name for path in TESTS.glob("test_*.py"))
    own = f"test_{module}.py"
    costly = LAST if module in FOLDED or not module else ()
    order = [[own], [name for name in names if name not in LAST], *([name] for name in costly)]
    for stage in order:
        files = [name for name in stage if name in names and not (quick and name in SEARCHES)]
        names = [name for name in names if name not in stage]
        if files:
            yield [str(TESTS / name) for name in files]


def unexplained(survivors: Sequence[Mutant], *, everything: bool) -> list[str]:
    """What is wrong: survivors without a reason and, after a whole run, reasons without a survivor."""
    listed = tomllib.loads(REASONS.read_text(encoding="utf-8"))["equivalent"]
    reasons = {name for entry in listed for name in entry["mutants"]}
    names = {mutant.name for mutant in survivors}
    wrong = [f"no test notices and no reason is given: {name}" for name in sorted(names - reasons)]
    if everything:
        wrong += [f"a reason for what did not survive: {name}" for name in sorted(reasons - names)]
    for line in wrong:
        print(line)
    print(f"{len(names & reasons)} survivors with a reason, {len(names - reasons)} without")
    return wrong


if __name__ == "__main__":
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("mutants")
    main()
