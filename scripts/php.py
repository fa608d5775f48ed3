"""Sees to it that PHP with what the demo's shop asks of it is here, from Debian's packages, or says what is missing.

Usage: php.py        (`make demo`, and `make test` through test_tools.py)
The packages carry no version in their names: each brings the distribution's own PHP.
"""

import shutil
import subprocess
import sys

from setup import debian

from wasl.demo.shop import EXTENSIONS

PURPOSE = "the demo's shop and the CS-Cart add-on are PHP"


def main() -> None:
    """Install what is missing; stop with one sentence that names the packages if that does not work."""
    missing = absent()
    if not missing:
        return
    print(f"php: installing {', '.join(missing)} from Debian ({PURPOSE})", file=sys.stderr)
    installed = debian(*missing)
    still = absent()
    if still:
        why = "they were installed, and PHP does not load them" if installed else "apt-get needs root or sudo -n"
        names = " ".join(still)
        sys.exit(f"php: {PURPOSE}, and {names} cannot be had here ({why}); as root: apt-get install {names}")


def absent() -> list[str]:
    """The packages that this machine's PHP lacks."""
    if shutil.which("php") is None:
        return list(dict.fromkeys(EXTENSIONS.values()))
    listed = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False)
    there = {line.strip().lower() for line in listed.stdout.splitlines()}
    return sorted({package for name, package in EXTENSIONS.items() if name not in there})


if __name__ == "__main__":
    main()
