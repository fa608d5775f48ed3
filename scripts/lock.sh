#!/bin/sh
# Resolves pyproject.toml and requirements/*.in anew into hash-pinned files that name no download address.
set -eu
cd "$(dirname "$0")/.."
tool=.build/lock
[ -x "$tool/bin/uv" ] || { python3 -m venv "$tool" && "$tool/bin/pip" --quiet install uv; }
compile() { "$tool/bin/uv" --quiet pip compile --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-emit-index-url --custom-compile-command "make lock" "$@"; }
compile pyproject.toml requirements/build.in --output-file requirements/runtime.txt
compile requirements/dev.in --constraint requirements/runtime.txt --output-file requirements/dev.txt
compile requirements/bootstrap.in --output-file requirements/bootstrap.txt
compile requirements/node.in --output-file requirements/node.txt
