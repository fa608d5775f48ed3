"""One request of one visitor: who they are, what they may see, and how they are sent on."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.demo.page.render import LANGUAGES, preferred
from wasl.demo.shop.doors import read_body
from wasl.demo.shop.orders import Order, OrderId
from wasl.demo.shop.sessions import Session
from wasl.demo.shop.state import Shop, shop_of

FORM_FIELDS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visitor's request to the storefront."""

    shop: Shop
    session: Session
    request: Request

    def own_order(self) -> Order | None:
        """The order asked for, if this visitor has placed it."""
        order_id = OrderId(self.request.query_params.get("order_id", ""))
        return self.shop.books.orders.get(order_id) if order_id in self.session.orders else None

    async def form(self) -> Mapping[str, str]:
        """The posted fields; raises the answer 403 unless they come from a page of this session."""
        body = await read_body(self.request)
        try:
            fields = dict(parse_qsl(body.decode(), max_num_fields=FORM_FIELDS_MAX))
        except ValueError as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "this form cannot be read") from error
        if not self.session.may_post(fields.get("security_hash", "")):
            raise HTTPException(HTTPStatus.FORBIDDEN, "this form is no longer valid; go back to the shop and try again")
        return fields

    def page(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
        """*template* in the visitor's language."""
        return self.shop.pages.page(
            template,
            language=self.session.language,
            status=status,
            cart=self.session.cart,
            security_hash=self.session.security_hash,
            other_language=self._in_other_language(),
            **values,
        )

    def not_theirs(self) -> Response:
        """A page that says nothing about an order of somebody else."""
        return self.page("message.html", status=HTTPStatus.NOT_FOUND, text="message.not_yours")

    def sent_to(self, mode: str, **query: str) -> Response:
        """303 to another page of the shop."""
        return RedirectResponse(self.url(mode, **query), HTTPStatus.SEE_OTHER)

    def url(self, mode: str, **query: str) -> str:
        """The full address of a page. Never built from the Host header."""
        return f"{self.shop.public_url}/index.php?{urlencode({'dispatch': mode, **query})}"

    def _in_other_language(self) -> str:
        """The same page in the other language, as a link."""
        other = next(language for language in LANGUAGES if language != self.session.language)
        query = {name: value for name, value in self.request.query_params.items() if not name.startswith("wasl_")}
        return f"{self.request.url.path}?{urlencode({**query, 'sl': other})}"


def begin(request: Request) -> Visit:
    """The visit this request belongs to, in the language chosen with `sl`, chosen before, or preferred."""
    shop = shop_of(request)
    session = shop.sessions.of(request)
    chosen = request.query_params.get("sl", "")
    if chosen in LANGUAGES:
        session.language = chosen
    elif not session.language:
        session.language = preferred(request.headers.get("accept-language", ""))
    return Visit(shop=shop, session=session, request=request)
