"""Makes `.venv` from the hash-pinned requirement files; needs only a bare Python 3.11 or later.

Usage: setup.py [--test]        (`make setup`, and `make setup-test` with what the tests need)
A second run with unchanged requirement files does nothing.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = ROOT / "requirements" / "runtime.txt"
DEV = ROOT / "requirements" / "dev.txt"
BOOTSTRAP = ROOT / "requirements" / "bootstrap.txt"
PYTHON_MIN = (3, 11)
DOWNLOAD_TIMEOUT_S = 60


def main() -> None:
    """Create or refresh the environment, or say in one sentence what is missing."""
    wanted = [RUNTIME, DEV] if "--test" in sys.argv[1:] else [RUNTIME]
    if sys.version_info < PYTHON_MIN:
        sys.exit(f"setup: Wasl needs Python 3.11 or later; this is {sys.version.split()[0]} ({sys.executable})")
    stamp = VENV / "installed.json"
    state = fingerprint()
    if stamp.exists() and json.loads(stamp.read_text()).get("state") == state:
        have = set(json.loads(stamp.read_text())["files"])
        if have >= {file.name for file in wanted}:
            return
    make_venv()
    print(f"setup: installing {', '.join(f.name for f in wanted)} into .venv", file=sys.stderr)
    for file in wanted:
        pip("install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(file))
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp.write_text(json.dumps({"state": state, "files": [file.name for file in wanted]}))


def fingerprint() -> str:
    """What the environment depends on: the interpreter and the pinned files."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (RUNTIME, DEV, BOOTSTRAP, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def make_venv() -> None:
    """An environment with a pip in it, also where Debian's Python came without `ensurepip`."""
    if PYTHON.exists() and run([str(PYTHON), "-m", "pip", "--version"]):
        return
    print("setup: creating .venv", file=sys.stderr)
    venv.create(VENV, clear=True, symlinks=True)
    if run([str(PYTHON), "-m", "ensurepip", "--default-pip"]) or pip_from_wheel():
        return
    print("setup: this Python has no ensurepip; asking Debian for python3-venv", file=sys.stderr)
    if not (debian("python3-venv") and run([str(PYTHON), "-m", "ensurepip", "--default-pip"])):
        sys.exit("setup: could not put pip into .venv; install the package python3-venv and run again")


def pip_from_wheel() -> bool:
    """Put the pinned pip wheel from the package index into the environment; False if it cannot be had."""
    pinned = BOOTSTRAP.read_text()
    version = re.search(r"^pip==(\S+)", pinned, re.MULTILINE)
    if version is None:
        return False
    name = f"pip-{version[1]}-py3-none-any.whl"
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    try:
        link = re.search(rf'href="([^"#]*/{re.escape(name)})', fetch(index).decode())
        if link is None:
            return False
        wheel = fetch(urllib.parse.urljoin(index, link[1]))
    except OSError as error:
        print(f"setup: {index} did not answer ({error})", file=sys.stderr)
        return False
    if hashlib.sha256(wheel).hexdigest() not in pinned:
        sys.exit(f"setup: {name} from {index} is not the file this project was locked with; refusing to run it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(wheel)
        return run([str(PYTHON), f"{path}/pip", "install", "--no-index", "--quiet", str(path)])


def fetch(url: str) -> bytes:
    """The body behind *url*; raises OSError."""
    if not url.startswith(("https://", "http://")):
        raise OSError(f"not an address of a package index: {url}")
    with urllib.request.urlopen(url, timeout=DOWNLOAD_TIMEOUT_S) as answer:  # noqa: S310  scheme checked above
        body: bytes = answer.read()
        return body


def debian(*packages: str) -> bool:
    """Install Debian packages as root or through a password-less sudo."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return run([*sudo, "apt-get", *quiet, "update"], env=env) and run(
        [*sudo, "apt-get", *quiet, "install", "-y", "--no-install-recommends", *packages], env=env
    )


def pip(*arguments: str) -> None:
    """Run the environment's pip, or stop with its own words and ours."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    if subprocess.run(command, check=False).returncode:
        sys.exit("setup: pip could not install the locked packages; its reason stands above. Is the index reachable?")


def run(command: list[str], env: dict[str, str] | None = None) -> bool:
    """Whether *command* exists and succeeded; its output is dropped."""
    try:
        quiet = subprocess.run(command, check=False, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return quiet.returncode == 0


if __name__ == "__main__":
    main()
