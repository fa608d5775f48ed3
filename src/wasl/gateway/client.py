"""PayTabs for Python developers: every operation typed, every answer a value, every fault one of two exceptions."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Final, Self, TypeVar

import aiohttp
import msgspec

from wasl.domain.evidence import CartId, TranRef
from wasl.domain.secret import Secret
from wasl.engine.ports import OpenedPage
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway import reading
from wasl.gateway.follow_up import FollowUp, follow_up_request
from wasl.gateway.pace import RATE_PER_S, Pace
from wasl.gateway.page import HostedPage, page_request
from wasl.gateway.regions import base_url_of, normal_base_url
from wasl.gateway.results import Duplicate, Refused, SavedCard, Stated, TokenDeleted
from wasl.gateway.saved_card import CardCharge, charge_request
from wasl.gateway.transport import Reply, Timeouts, header_of, open_session, post
from wasl.gateway.wire.requests import CartQuery, PluginInfo, TokenRequest, TransactionQuery

QUESTION_TRIES: Final = 2
QUESTION_PAUSE_S: Final = 0.5

T = TypeVar("T")


class PayTabs:
    """One profile at the gateway. Use as `async with`, or `close()` it; it may be shared by any number of tasks.

    Every operation raises GatewayUnavailable if no readable answer came (what was asked may have happened) and
    Misconfigured if the gateway refuses the profile, its key or its region. Only questions are repeated by themselves.
    """

    def __init__(
        self,
        *,
        profile_id: int,
        server_key: str | Secret,
        region: str = "",
        base_url: str = "",
        timeouts: Timeouts | None = None,
        questions_per_s: float = RATE_PER_S,
        plugin: PluginInfo | None = None,
        session: aiohttp.ClientSession | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Give *region* (a code of `REGIONS`) or any *base_url* of the same protocol. A given *session* stays yours."""
        if bool(region) == bool(base_url):
            raise Misconfigured(f"give either a region, such as ARE, or the base URL of profile {profile_id}")
        self._base_url = base_url_of(region) if region else normal_base_url(base_url)
        self._profile_id = profile_id
        self._server_key = server_key if isinstance(server_key, Secret) else Secret(server_key)
        header_of(self._server_key)  # a key that cannot be sent is said now, not at the first payment
        self._timeouts = timeouts or Timeouts()
        self._plugin = plugin
        self._session, self._owns_session = session, session is None
        self._sleep = sleep
        self._pace = Pace(rate_per_s=questions_per_s, clock=clock, sleep=sleep)

    def __repr__(self) -> str:
        return f"PayTabs(profile_id={self._profile_id}, base_url={self._base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections, unless the session was given. Harmless to repeat."""
        if self._owns_session and self._session is not None:
            await self._session.close()
            self._session = None

    # -------------------------------------------------------------- taking money

    async def open_page(self, page: HostedPage) -> OpenedPage | Refused | Duplicate:
        """Open a hosted page. Keep the answer before the buyer is sent there; the same cart again is a Duplicate."""
        body = page_request(self._profile_id, page, plugin=self._plugin)
        return reading.read_page(await self._post("/payment/request", body))

    async def charge(self, charge: CardCharge) -> Stated | OpenedPage | Refused | Duplicate:
        """Charge a saved card; with the buyer present the answer may be a page for 3-D Secure (§2.5)."""
        body = charge_request(self._profile_id, charge, plugin=self._plugin)
        return reading.read_charge(await self._post("/payment/request", body))

    # ---------------------------------------------------------------- follow-ups

    async def capture(self, what: FollowUp) -> Stated | Refused | Duplicate:
        """Take money that was authorised, all or a part. The answer has its own reference, to be refunded by."""
        return await self._follow_up("capture", what)

    async def void(self, what: FollowUp) -> Stated | Refused | Duplicate:
        """Let an authorisation go. A part of it is executed as a release, which only a query says (§3.3)."""
        return await self._follow_up("void", what)

    async def release(self, what: FollowUp) -> Stated | Refused | Duplicate:
        """Let what remains of an authorisation go, all or a part."""
        return await self._follow_up("release", what)

    async def refund(self, what: FollowUp) -> Stated | Refused | Duplicate:
        """Give money back, all or a part. PENDING is accepted and awaits PayTabs: never send it again (§3.5)."""
        return await self._follow_up("refund", what)

    async def extend(self, what: FollowUp) -> Stated | Refused | Duplicate:
        """Prolong an authorisation (`authext`, which documentation names and does not describe)."""
        return await self._follow_up("authext", what)

    # ----------------------------------------------------------------- questions

    async def query(self, transaction: TranRef) -> Stated | Refused | None:
        """What is stated of one transaction; None while its page was not used. Harmless to repeat."""
        body = TransactionQuery(profile_id=self._profile_id, tran_ref=transaction)
        return await self._ask("/payment/query", body, reading.read_query)

    async def query_cart(self, cart_id: CartId) -> Sequence[Stated] | Refused:
        """Every stated transaction of one cart, newest first, declined ones too. Harmless to repeat."""
        body = CartQuery(profile_id=self._profile_id, cart_id=cart_id)
        return await self._ask("/payment/query", body, reading.read_cart_query)

    async def saved_card(self, token: str) -> SavedCard | Refused:
        """What card a token stands for. Harmless to repeat."""
        body = TokenRequest(profile_id=self._profile_id, token=token)
        return await self._ask("/payment/token", body, reading.read_card)

    async def delete_saved_card(self, token: str) -> TokenDeleted | Refused:
        """Have the gateway forget a saved card."""
        body = TokenRequest(profile_id=self._profile_id, token=token)
        return reading.read_deletion(await self._post("/payment/token/delete", body))

    # ------------------------------------------------------------------- the road

    async def _follow_up(self, tran_type: str, what: FollowUp) -> Stated | Refused | Duplicate:
        body = follow_up_request(self._profile_id, tran_type, what, plugin=self._plugin)
        return reading.read_follow_up(await self._post("/payment/request", body))

    async def _ask(self, path: str, body: msgspec.Struct, read: Callable[[Reply], T]) -> T:
        """Ask, at this profile's pace, and once more if no readable answer came."""
        for _ in range(QUESTION_TRIES - 1):
            await self._pace.turn()
            try:
                return read(await self._post(path, body))
            except GatewayUnavailable as error:
                if error.retry_after_s:
                    raise
            await self._sleep(QUESTION_PAUSE_S)
        await self._pace.turn()
        return read(await self._post(path, body))

    async def _post(self, path: str, body: msgspec.Struct) -> Reply:
        if self._session is None:
            self._session = open_session()
        return await post(
            self._session,
            self._base_url + path,
            msgspec.json.encode(body),
            server_key=self._server_key,
            timeouts=self._timeouts,
        )
