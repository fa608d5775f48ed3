"""The emulator as a process: how it starts, refuses to start, and stops."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from wasl.emulator import ConfigRefused, EmulatorConfig, load_faults, serve


async def test_it_stops_on_sigterm_and_keeps_its_state(tmp_path: Path) -> None:
    """As a command: it says where it listens, answers, and ends with 0; a second start finds what the first kept."""
    state = tmp_path / "state.db"
    for number in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl.emulator", "--port", "0", "--state", str(state), "--seed", "1",
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr
        url = (await process.stderr.readline()).decode().split(" on ")[1].split(" ")[0]
        async with aiohttp.ClientSession() as http, http.get(f"{url}/_control/clock") as answer:
            ahead = (await answer.json())["ahead_s"]
            assert ahead == number * 60
            async with http.post(f"{url}/_control/clock", json={"advance_s": 60}) as moved:
                assert moved.status == 200
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0


async def test_a_taken_port_is_refused_in_a_sentence() -> None:
    """Not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigRefused, match="Cannot listen on"):
        await serve(EmulatorConfig(port=taken.getsockname()[1]))


async def test_it_is_not_served_beyond_loopback_without_a_token() -> None:
    """The sentence says how."""
    with pytest.raises(ConfigRefused, match="wants a token there"):
        await serve(EmulatorConfig(host="0.0.0.0", port=0))  # noqa: S104  what is refused


def test_faults_come_from_a_file(tmp_path: Path) -> None:
    """As the control API takes them; what is wrong with it is said."""
    path = tmp_path / "faults.json"
    path.write_text('{"callback": {"drop": 0.25}}')
    assert load_faults(path).callback.drop == 0.25
    path.write_text('{"callback": {"drop": 25}}')
    with pytest.raises(ConfigRefused, match=r"callback\.drop"):
        load_faults(path)
    with pytest.raises(ConfigRefused, match="has no faults"):
        load_faults(tmp_path / "nowhere")
