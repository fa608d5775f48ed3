"""The shop as a process of its own."""

import json
import signal
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import aiohttp

from unit.demo.standin import SIGNING_SECRET

COMMAND = (sys.executable, "-m", "wasl.demo.shop", "--port", "0", "--config")


def _config(folder: Path, **changes: object) -> Path:
    path = folder / "shop.json"
    told = {"wasl_url": "http://127.0.0.1:9", "api_key": "planted-key", "signing_secret": SIGNING_SECRET}
    path.write_text(json.dumps({**told, **changes}), encoding="utf-8")
    return path


async def test_it_says_where_it_listens_and_ends_when_asked(tmp_path: Path) -> None:
    """One line with the address on stdout; SIGTERM ends it, quietly and with nothing left to say."""
    shop = await create_subprocess_exec(*COMMAND, str(_config(tmp_path)), stdout=PIPE, stderr=PIPE)
    assert shop.stdout is not None
    url = (await shop.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
    shop.send_signal(signal.SIGTERM)
    out, err = await shop.communicate()
    assert (shop.returncode, out, err) == (0, b"", b"")


async def test_bad_usage_exits_2_with_one_line_and_without_a_key(tmp_path: Path) -> None:
    """A misspelt field is named; the key next to it is not shown."""
    shop = await create_subprocess_exec(*COMMAND, str(_config(tmp_path, curency="SAR")), stdout=PIPE, stderr=PIPE)
    _, err = await shop.communicate()
    assert shop.returncode == 2
    assert b"curency" in err
    assert b"planted-key" not in err
