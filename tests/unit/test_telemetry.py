"""Nothing secret or personal is written to a log."""

import json
import sys
from contextlib import suppress

import pytest
import structlog

from wasl.domain.secret import Secret
from wasl.engine.ports import Contact
from wasl.telemetry import configure

PLANTED = "SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ"


def test_planted_keys_and_names_do_not_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """By field name, and by types that do not print what they hold."""
    configure("json")
    log = structlog.get_logger("test")
    log.warning("planted", server_key=PLANTED, api_token=PLANTED, body=PLANTED, customer_email="mona@example.com")
    log.warning("planted", held=Secret(PLANTED), buyer=Contact(name="Mona", email="mona@example.com"))
    written = capsys.readouterr().err
    assert [json.loads(line)["event"] for line in written.splitlines()] == ["planted", "planted"]
    assert PLANTED not in written
    assert "mona" not in written.lower()
    structlog.reset_defaults()


def test_a_full_disk_costs_a_line_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written raises nothing where it is written."""
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123  a device, not a path of ours
        monkeypatch.setattr(sys, "stderr", full)
        configure("json")
        structlog.get_logger("test").warning("lost", filler="x" * 100_000)
        structlog.reset_defaults()
        monkeypatch.undo()
        with suppress(OSError):
            full.close()
