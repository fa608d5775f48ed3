"""Sees to it that the programs the tests drive are here: Chromium with its driver, PHP and Node.

Installs what is missing as Debian packages, as root or through a password-less sudo; what cannot be had is named.
"""

import shutil
import sys

from setup import debian

# program -> Debian package, and what the tests need it for
WANTED = {
    "chromium": ("chromium", "journeys in a real browser"),
    "chromedriver": ("chromium-driver", "journeys in a real browser"),
    "php": ("php-cli", "PHP's own encoder beside ours"),
    "node": ("nodejs", "the official PayTabs client"),
    "npm": ("npm", "the official PayTabs client"),
}


def main() -> None:
    """Install what is missing; stop with its names if that does not work."""
    missing = absent()
    if not missing:
        return
    packages = [WANTED[program][0] for program in missing]
    print(f"test tools: installing {', '.join(packages)} from Debian", file=sys.stderr)
    installed = debian(*packages)
    still = absent()
    if still:
        for program in still:
            package, purpose = WANTED[program]
            print(f"test tools: {program} is missing ({purpose}); install the package {package}", file=sys.stderr)
        why = (
            ""
            if installed
            else "; apt-get did not succeed: it needs root or a password-less sudo, and a package mirror"
        )
        sys.exit(f"test tools: cannot test without {', '.join(still)}{why}")


def absent() -> list[str]:
    """The programs that are not on the path."""
    return [program for program in WANTED if shutil.which(program) is None]


if __name__ == "__main__":
    main()
