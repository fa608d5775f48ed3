"""Plant one defect at a time in a copy of the code, and see whether the simulation alone notices it.

    .venv/bin/python scripts/sim_mutants.py [--payments N] [--seed S] [--only TEXT]

Defects are data: `scripts/mutants/planted.toml`. One whose text is no longer found exactly once stops everything. Each
is given the same few worlds, until one of them finds a violation; the code without a defect has to pass all of them. A
run that breaks off without a verdict counts as not caught.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PLANTED: Final = Path(__file__).parent / "mutants" / "planted.toml"
WORLDS: Final = Path(__file__).parent / "mutants" / "worlds.py"
PAYMENTS: Final = 900
SEED: Final = 1
RUN_S_MAX: Final = 300


def main() -> None:
    """Plant all defects; stop with 1 if one of them lives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--payments", type=int, default=PAYMENTS, help=f"for each defect, at most ({PAYMENTS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the first world ({SEED})")
    parser.add_argument("--only", action="append", help="only defects whose name contains this text (may be repeated)")
    options = parser.parse_args()
    every = tomllib.loads(PLANTED.read_text(encoding="utf-8"))["defect"]
    with tempfile.TemporaryDirectory(prefix="wasl-planted-") as folder:
        sound = Path(folder, "sound")
        shutil.copytree(ROOT / "src", sound, ignore=shutil.ignore_patterns("__pycache__"))
        changed = {defect["name"]: edited(sound, defect) for defect in every}
        chosen = [one for one in every if any(text in one["name"] for text in options.only or [""])]
        clean = simulate(sound, options.payments, options.seed)
        if clean.get("violation") or clean.get("broken"):
            sys.exit(f"sim-mutants: the code fails without a defect: {clean}")
        lives = [d["name"] for d in chosen if not caught(d, sound, changed[d["name"]], options)]
    print(f"{len(chosen)} defects planted, {len(chosen) - len(lives)} caught")
    if lives:
        sys.exit(f"not caught: {'; '.join(lives)}")


def edited(sound: Path, defect: Mapping[str, Any]) -> dict[Path, str]:
    """The files of a defect with it in them, by their place below the source folder."""
    texts: dict[Path, str] = {}
    for edit in defect["edits"]:
        name = Path("wasl", edit["file"])
        text = texts.get(name) or (sound / name).read_text(encoding="utf-8")
        if text.count(edit["text"]) != 1:
            sys.exit(
                f"sim-mutants: {defect['name']!r} no longer fits: {name} has its text {text.count(edit['text'])} times"
            )
        texts[name] = text.replace(edit["text"], edit["instead"])
    for name, text in texts.items():
        compile(text, str(name), "exec")
    return texts


def caught(defect: Mapping[str, Any], sound: Path, files: Mapping[Path, str], options: argparse.Namespace) -> bool:
    """Whether one of the worlds finds a violation; says which, or that none does."""
    started, planted = time.monotonic(), sound.parent / "planted"
    shutil.rmtree(planted, ignore_errors=True)
    shutil.copytree(sound, planted)
    for name, text in files.items():
        (planted / name).write_text(text, encoding="utf-8")
    found = simulate(planted, options.payments, options.seed)
    seconds = time.monotonic() - started
    if found.get("violation"):
        print(f"caught  {defect['name']}: world {found['world']}, {found['violation']} ({seconds:.0f} s)", flush=True)
        return True
    print(
        f"LIVES   {defect['name']} ({defect['why']}): {found.get('broken') or 'no violation'} ({seconds:.0f} s)",
        flush=True,
    )
    return False


def simulate(source: Path, payments: int, seed: int) -> Mapping[str, Any]:
    """What the worlds of the code in *source* found: a `violation` and its `world`, or what `broken` lists."""
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(WORLDS), str(payments), str(seed)]
    try:
        done = subprocess.run(
            command, env=environment, cwd=source, capture_output=True, text=True, timeout=RUN_S_MAX, check=False
        )
    except subprocess.TimeoutExpired:
        return {"broken": f"no end within {RUN_S_MAX} s"}
    if done.returncode:
        return {"broken": (done.stderr.strip().splitlines() or ["silent"])[-1]}
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
