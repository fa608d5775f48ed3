"""The back office as an administrator uses it: pages with their forms and notices, in a session of their own."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

import aiohttp

ACCEPTED: Final = "A"
COMPLETED: Final = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One administrator's browser."""

    url: str
    http: aiohttp.ClientSession = field(repr=False)

    async def page(self, dispatch: str, **query: str) -> str:
        """A page of the back office, as HTML."""
        async with self.http.get(f"{self.url}/admin.php", params={"dispatch": dispatch} | query) as answer:
            return await answer.text()

    async def send(self, dispatch: str, page: str, **fields: str) -> str:
        """Send a form of *page*; the page that follows."""
        proof = re.search(r'name="security_hash" value="(\w+)"', page)
        data = fields | ({"security_hash": proof[1]} if proof else {})
        async with self.http.post(f"{self.url}/admin.php?dispatch={dispatch}", data=data) as answer:
            return await answer.text()

    async def set_status(self, order_id: str, status: str) -> str:
        """Change an order's status by hand; the page that follows."""
        page = await self.page("orders.details", order_id=order_id)
        return await self.send("orders.update_status", page, order_id=order_id, status=status)

    async def change_return(
        self, page: str, status: str = ACCEPTED, *, tick: bool = True, recalculate: str = "D"
    ) -> str:
        """Send the form of a return's page as it was opened; with the box ticked if there is one."""
        form = fields_of(page)
        box = re.search(r'name="change_return_status\[wasl_refund\]" id="wasl_refund" value="(\d+)"', page)
        if tick and box:
            form["change_return_status[wasl_refund]"] = box[1]
        form["change_return_status[status_to]"] = status
        form["change_return_status[recalculate_order]"] = recalculate
        return await self.send("rma.update_details", page, **form)

    async def accept(self, return_id: str, status: str = ACCEPTED, **how: Any) -> str:
        """Open a return and set its status; the page that follows, which may ask to confirm."""
        return await self.change_return(await self.page("rma.details", return_id=return_id), status, **how)

    async def confirm(self, page: str, **typed: str) -> str:
        """Send the page that asks to confirm a return."""
        more = {f"change_return_status[{name}]": value for name, value in typed.items()}
        return await self.send("rma.update_details", page, **fields_of(page) | {"confirmed": "Y"} | more)


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields about a return."""
    found = re.findall(r'<input type="hidden" name="(change_return_status\[\w+\])" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def notices(page: str) -> list[str]:
    """What the administrator is told."""
    return [unescape(text) for text in re.findall(r'<p class="notice[^>]*>(.*?)</p>', page)]


def offered(page: str) -> str:
    """The amount that the box of a return's page names; empty if there is no box."""
    found = re.search(r'id="wasl_refund" value="\d+" /> ([^<]*)<', page)
    return found[1] if found else ""


@asynccontextmanager
async def office(url: str) -> AsyncIterator[Office]:
    """Somebody who signs in to the back office of the shop at *url*."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Office(url=url, http=http)
