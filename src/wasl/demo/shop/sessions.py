"""Who is shopping: a cookie, a cart, the orders of this visitor. CS-Cart's guest session."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from wasl.demo.shop.orders import OrderId

COOKIE: Final = "sid_customer"
SESSIONS_MAX: Final = 20_000
ORDERS_PER_SESSION_MAX: Final = 50
SESSION_AGE_MAX_S: Final = 2 * 60 * 60
_TOKEN_BYTES: Final = 16


@dataclass(slots=True, kw_only=True)
class Session:
    """One visitor. `security_hash` guards forms; `cart_order` is the order placed from this cart, if any.

    `notice` is a text of the catalogue for the next page, shown once.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES), repr=False)
    security_hash: str = field(default_factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES), repr=False)
    language: str = ""
    cart: tuple[str, ...] = ()
    cart_order: OrderId | None = None
    orders: tuple[OrderId, ...] = ()
    notice: str = ""

    def remember(self, order_id: OrderId) -> None:
        """This visitor has placed an order; only they may look at it."""
        self.orders = (*self.orders, order_id)[-ORDERS_PER_SESSION_MAX:]
        self.cart_order = order_id

    def may_post(self, given: str) -> bool:
        """Whether a form comes from a page of this session."""
        return hmac.compare_digest(self.security_hash.encode(), given.encode())

    def take_notice(self) -> str:
        """The waiting notice, which is then gone."""
        notice, self.notice = self.notice, ""
        return notice


@dataclass(slots=True, kw_only=True)
class Sessions:
    """All visitors, the longest unseen making room for a new one."""

    _by_token: OrderedDict[str, Session] = field(default_factory=OrderedDict)

    def of(self, request: Request) -> Session:
        """The visitor's session; a new one if the cookie names none. `keep` has to follow."""
        session = self._by_token.get(request.cookies.get(COOKIE, "")) or Session()
        self._by_token[session.token] = session
        self._by_token.move_to_end(session.token)
        if len(self._by_token) > SESSIONS_MAX:
            self._by_token.popitem(last=False)
        return session

    def keep(self, session: Session, response: Response) -> Response:
        """*response* with the visitor's cookie: sent on a link from another site, not on a form posted from one."""
        response.set_cookie(COOKIE, session.token, max_age=SESSION_AGE_MAX_S, httponly=True, samesite="lax")
        return response

    def empty_cart_of(self, order_id: OrderId) -> None:
        """The order placed from this cart is truly paid: whoever placed it need not buy it again."""
        for session in self._by_token.values():
            if session.cart_order == order_id:
                session.cart, session.cart_order = (), None
