"""Several processes on one port: killed and replaced under load, with no notification refused, lost or doubled."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attack.service import SECRET, until
from attack.site import Client, Notice, Site, open_site

WORKERS = 2
ORDERS = 120


def children_of(pid: int) -> list[int]:
    """The processes that *pid* has started and that still run."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


class Several:
    """`wasl serve --workers 2` as a process tree of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until it answers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WASL_")}
        settings = self.site.settings
        own = {
            "WASL_DATABASE_URL": settings.database_url, "WASL_PUBLIC_URL": settings.public_url,
            "WASL_ALLOW_PRIVATE_NETWORKS": "1", "WASL_SECRET_KEY": SECRET,
        }  # fmt: skip
        log = (self.site.service.folder / "workers.log").open("ab")
        with log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wasl", "serve", "--port", str(self.site.service.port),
                "--workers", str(WORKERS), env=kept | own, stdout=log, stderr=log,
            )  # fmt: skip
        await until(lambda: len(self.pids) == WORKERS, "both processes run")
        await self.site.service.ready()

    @property
    def pids(self) -> list[int]:
        """The serving processes."""
        assert self.process is not None
        return children_of(self.process.pid)

    def signal(self, number: int) -> None:
        """To the supervisor."""
        assert self.process is not None
        self.process.send_signal(number)

    async def stop(self) -> None:
        """As an operator stops a service."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 20)


@pytest.fixture
async def several(tmp_path: Path, postgres_url: str) -> AsyncIterator[Several]:
    """Two serving processes on PostgreSQL, on the port that the site's service would have."""
    async with open_site(tmp_path, postgres_url) as site:
        tree = Several(site)
        try:
            await tree.start()
            yield tree
        finally:
            await tree.stop()


async def answered(site: Site, notices: list[Notice]) -> list[int]:
    """Every notification, on a connection of its own as the gateway makes them, and what it was answered."""
    slots = asyncio.Semaphore(8)

    async def one(notice: Notice) -> int:
        async with slots:
            return await site.send(notice)

    return list(await asyncio.gather(*map(one, notices)))


async def all_paid(site: Site, client: Client, notices: list[Notice]) -> None:
    """Each order is paid by one fact, whoever heard it."""
    for notice in notices:
        payment = await site.sees(client, notice.payment_id, "paid")
        assert payment["version"] == 2
        assert len(await site.evidence(client, notice.payment_id)) == 1


@pytest.mark.timeout(120)
async def test_a_rolling_restart_refuses_and_loses_nothing(several: Several) -> None:
    """SIGHUP under load: every process is another one afterwards, and every notification was answered 200 at once."""
    site = several.site
    client = await site.connect()
    notices = await site.paid(client, [f"w-{number}" for number in range(ORDERS)])
    before = set(several.pids)
    sending = asyncio.create_task(answered(site, notices))
    several.signal(signal.SIGHUP)
    await until(lambda: len(several.pids) == WORKERS and not before & set(several.pids), "all are replaced")
    assert set(await sending) == {200}
    await all_paid(site, client, notices)


@pytest.mark.timeout(120)
async def test_a_process_that_is_killed_is_replaced(several: Several) -> None:
    """SIGKILL under load: what was answered 200 is there; what was cut off is sent again, as the gateway does."""
    site = several.site
    client = await site.connect()
    notices = await site.paid(client, [f"k-{number}" for number in range(ORDERS)])
    victim = several.pids[0]
    sending = asyncio.create_task(answered(site, notices))
    await asyncio.sleep(0)
    os.kill(victim, signal.SIGKILL)
    statuses = await sending
    again = [notice for notice, status in zip(notices, statuses, strict=True) if status != 200]
    await until(lambda: len(several.pids) == WORKERS and victim not in several.pids, "it is replaced")
    assert set(await answered(site, again)) <= {200}
    await all_paid(site, client, notices)


@pytest.mark.timeout(120)
async def test_no_process_outlives_its_supervisor(several: Several) -> None:
    """Killed hard, it cannot stop them; they end by themselves, and the port is free."""
    pids = several.pids
    several.signal(signal.SIGKILL)
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "they end")
