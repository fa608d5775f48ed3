"""Sees to it that what the tests drive is here: Chromium with its driver, PHP, Node, the official PayTabs package.

Programs come as Debian packages (as root or through a password-less sudo), Node from a wheel; what is missing is named.
"""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import php
from setup import PYTHON, ROOT, debian

# program -> Debian package, and what the tests need it for
WANTED = {
    "chromium": ("chromium", "journeys in a real browser"),
    "chromedriver": ("chromium-driver", "journeys in a real browser"),
}
LIBRARIES = {"libatomic.so.1": ("libatomic1", "the browser's driver")}
NODE = ROOT / "requirements" / "node.txt"
NODE_PACKAGES = {
    ROOT / "tests" / "wire" / "official_client": "the official PayTabs package",
    ROOT / "tests" / "unit" / "stores" / "cs_cart_addon" / "parser": "a parser of PHP",
}


def main() -> None:
    """Install what is missing; stop with its name if that does not work."""
    programs()
    php.main()
    node()
    packages()


def programs() -> None:
    """What WANTED and LIBRARIES name, from Debian."""
    missing = absent()
    if not missing:
        return
    packages = [(WANTED | LIBRARIES)[name][0] for name in missing]
    print(f"test tools: installing {', '.join(packages)} from Debian", file=sys.stderr)
    installed = debian(*packages)
    still = absent()
    if still:
        for name in still:
            package, purpose = (WANTED | LIBRARIES)[name]
            print(f"test tools: {name} is missing ({purpose}); install the package {package}", file=sys.stderr)
        why = "" if installed else ": apt-get needs root or a password-less sudo, and a package mirror"
        sys.exit(f"test tools: cannot test without {', '.join(still)}{why}")


def absent() -> list[str]:
    """The programs that are not on the path, and the libraries that do not load."""
    return [name for name in WANTED if shutil.which(name) is None] + [name for name in LIBRARIES if not loads(name)]


def loads(library: str) -> bool:
    """Whether the machine has a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def node() -> None:
    """Node and npm: those of the machine, or a wheel's in the environment."""
    bin_folder = Path(PYTHON).parent
    if all(shutil.which(program) or (bin_folder / program).exists() for program in ("node", "npm")):
        return
    print("test tools: installing Node from a wheel", file=sys.stderr)
    command = [str(PYTHON), "-m", "pip", "--quiet", "install", "--require-hashes", "--no-deps", "-r", str(NODE)]
    if subprocess.run(command, check=False).returncode:
        sys.exit(
            "test tools: cannot test without node; its wheel did not install, so install the packages nodejs and npm"
        )


def packages() -> None:
    """Node packages, each folder as its lock file pins it."""
    for folder, what in NODE_PACKAGES.items():
        lock = folder / "package-lock.json"
        stamp = folder / "node_modules" / "installed-from.json"
        if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
            continue
        print(f"test tools: installing {what} from npm", file=sys.stderr)
        if subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=False).returncode:
            sys.exit(f"test tools: npm could not install {what}; is its registry reachable?")
        stamp.write_bytes(lock.read_bytes())


if __name__ == "__main__":
    main()
