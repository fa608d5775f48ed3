"""The engine's gateway, on top of the client: one session for all profiles, and words the engine knows."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import aiohttp
import structlog

from wasl import __version__
from wasl.domain.evidence import CartId, Fact, Kind
from wasl.domain.secret import Secret
from wasl.domain.store import Profile
from wasl.domain.time import Instant
from wasl.engine.ports import (
    Claim,
    FollowUpRefused,
    FollowUpRepeated,
    FollowUpWish,
    OpenedPage,
    PageRefused,
    PageWish,
    Refusal,
    ReturnClaim,
)
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway.client import PayTabs
from wasl.gateway.follow_up import FollowUp
from wasl.gateway.notification import claim_of, read_notification
from wasl.gateway.pace import RATE_PER_S
from wasl.gateway.page import HostedPage, Intent
from wasl.gateway.results import Duplicate, Refused, Stated
from wasl.gateway.signature import Tilde, VerifiedForm, verify_form
from wasl.gateway.translate import described, fact_of_return
from wasl.gateway.transport import Timeouts, date_of, open_session
from wasl.gateway.wire.requests import PluginInfo

CLIENTS_MAX: Final = 1_024  # a client is a few objects; one that is dropped only forgets its pace
PLUGIN: Final = PluginInfo(cart_name="Wasl", plugin_version=__version__)
_log = structlog.get_logger(__name__)


class PayTabsGateway:
    """Implements `wasl.engine.ports.Gateway`. Bound to the event loop of its first call; `close()` it there."""

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        questions_per_s: float = RATE_PER_S,
        connector: aiohttp.BaseConnector | None = None,
        session: aiohttp.ClientSession | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*connector* may restrict which addresses are reached; it, or a given *session*, is closed with the gateway.

        *clock* counts seconds for the pace of questions.
        """
        self._timeouts, self._questions_per_s = timeouts, questions_per_s
        self._connector, self._clock = connector, clock
        self._session = session
        self._client = lru_cache(maxsize=CLIENTS_MAX)(self._new_client)

    async def open_page(self, profile: Profile, wish: PageWish) -> OpenedPage | PageRefused:
        """See the port. A duplicate is a lost answer: a page for this cart exists, and nobody knows its address."""
        answer = await self._client(profile).open_page(_page_of(wish))
        match answer:
            case OpenedPage():
                return answer
            case Refused():
                return PageRefused(code=answer.code, message=_advised(answer))
            case Duplicate():
                raise GatewayUnavailable("the gateway has this cart already and does not say where its page is")

    async def follow_up(
        self, profile: Profile, wish: FollowUpWish
    ) -> tuple[Fact, bytes] | FollowUpRefused | FollowUpRepeated:
        """See the port."""
        client = self._client(profile)
        does = {
            Kind.CAPTURE: client.capture,
            Kind.VOID: client.void,
            Kind.RELEASE: client.release,
            Kind.REFUND: client.refund,
        }[wish.kind]
        reason = described(wish.operation, wish.reason)
        answer = await does(FollowUp(transaction=wish.target, cart_id=wish.cart_id, amount=wish.amount, reason=reason))
        match answer:
            case Stated():
                # Some answers do not repeat what they act on; we know it, and without it nobody could count them.
                previous = answer.fact.previous_ref or wish.target
                return replace(answer.fact, operation=wish.operation, previous_ref=previous), answer.raw
            case Refused():
                return FollowUpRefused(message=_advised(answer))
            case Duplicate():
                return FollowUpRepeated()

    async def query_cart(self, profile: Profile, cart_id: CartId) -> Sequence[tuple[Fact, bytes]]:
        """See the port."""
        answer = await self._client(profile).query_cart(cart_id)
        if isinstance(answer, Refused):
            raise Misconfigured(f"the gateway refuses to be asked: {_advised(answer)}")
        return tuple((stated.fact, stated.raw) for stated in answer)

    async def time_there(self, profile: Profile) -> Instant | None:
        """See the port."""
        if self._session is None:
            self._session = open_session(self._connector)
        told = await date_of(self._session, profile.base_url, timeouts=self._timeouts or Timeouts())
        return None if told is None else Instant(round(told.timestamp() * 1000))

    def authenticate(self, profile: Profile, signature: str | None, body: bytes) -> Fact | Refusal:
        """See the port."""
        return read_notification(_keys(profile), profile_id=profile.profile_id, signature=signature, body=body)

    def claim(self, body: bytes) -> Claim:
        """See the port."""
        return claim_of(body)

    def authenticate_return(self, profile: Profile, form: bytes) -> ReturnClaim | Refusal:
        """See the port."""
        verified = verify_form(_keys(profile), form)
        if not isinstance(verified, VerifiedForm):
            return verified
        if verified.tilde is Tilde.BARE:  # which one the gateway uses is an open question (reference §14.3)
            _log.info("return_signed_with_bare_tilde", profile=profile.profile_id)
        return ReturnClaim(fact=fact_of_return(verified.fields))

    async def close(self) -> None:
        """Close the connections. Harmless to repeat."""
        self._client.cache_clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _new_client(self, profile: Profile) -> PayTabs:
        """A profile keeps its client, and with it its pace, until its keys change or a thousand others were used."""
        if self._session is None:
            self._session = open_session(self._connector)
        return PayTabs(
            profile_id=profile.profile_id,
            server_key=profile.server_key,
            base_url=profile.base_url,
            timeouts=self._timeouts,
            questions_per_s=self._questions_per_s,
            plugin=PLUGIN,
            session=self._session,
            clock=self._clock,
        )


def _keys(profile: Profile) -> tuple[Secret, ...]:
    return (profile.server_key, *(old.key for old in profile.retired_keys))


def _advised(refused: Refused) -> str:
    return f"{refused.advice.merchant.en} (PayTabs said: {refused.message}, code {refused.code})"


def _page_of(wish: PageWish) -> HostedPage:
    return HostedPage(
        cart_id=wish.cart_id,
        amount=wish.amount,
        description=wish.description,
        intent=Intent(wish.tran_type),
        return_url=wish.return_url,
        callback_url=wish.callback_url,
        customer=wish.customer,
        shipping=wish.shipping,
        hide_shipping=wish.hide_shipping,
        language=wish.language,
        minutes=wish.page_minutes,
        methods=wish.methods,
        theme_id=wish.theme_id,
        alt_currency=wish.alt_currency,
    )
