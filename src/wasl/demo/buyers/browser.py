"""A browser without screen and scripts: follows redirects, keeps cookies, posts forms back as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from wasl.demo.wasl_api import read_at_most

REDIRECTS_MAX: Final = 10
PAGE_MAX: Final = 2 * 1024 * 1024
LOAD_TIMEOUT_S: Final = 20.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


class Astray(Exception):
    """The buyer does not find on the page what the story needs; `str()` says what."""


@dataclass(slots=True, kw_only=True)
class Form:
    """One form: where it goes, what its controls hold, and the name and value of each button by its handle."""

    action: str
    method: str
    form_id: str = ""
    values: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a browser shows: `leaving` is a redirect to another site that was not followed.

    `refresh_s` is after how many seconds the page wants to be replaced by the one at `refresh_url`; None for never.
    """

    url: str
    status: int
    forms: tuple[Form, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    refresh_s: int | None = None
    refresh_url: str = ""
    leaving: str = ""

    def form_with(self, handle: str) -> Form:
        """The form that a button belongs to; *handle* is its id, `name=value`, or `method:` and its method."""
        for form in self.forms:
            if handle in form.buttons:
                return form
        raise Astray(f"no button {handle!r} on {urlsplit(self.url).path} (HTTP {self.status})")

    def text(self, element_id: str) -> str:
        """The text of the element with this id."""
        if element_id not in self.texts:
            raise Astray(f"no element #{element_id} on {urlsplit(self.url).path} (HTTP {self.status})")
        return self.texts[element_id]


class Browser:
    """One buyer's browser; its tabs share the cookies. Raises aiohttp's errors and TimeoutError as they come."""

    def __init__(self, *, language: str) -> None:
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # loopback addresses are hosts like any other here
            timeout=aiohttp.ClientTimeout(total=LOAD_TIMEOUT_S),
            headers={"accept-language": language},
        )

    async def close(self) -> None:
        """Quit. Harmless to repeat."""
        await self._http.close()

    async def get(self, url: str) -> Page:
        """The page at *url*, wherever redirects lead."""
        return await self._load("GET", url, None, stay=False)

    async def submit(self, page: Page, handle: str, filled: Mapping[str, str] | None = None, *, stay: bool) -> Page:
        """Fill in controls by id or name and press a button. *stay*: do not follow a redirect to another site."""
        form = page.form_with(handle)
        name, value = form.buttons[handle]
        fields = {**form.values, **({name: value} if name else {})}
        for control, text in (filled or {}).items():
            fields[form.names.get(control, control)] = text
        return await self._send(form, fields, stay=stay)

    async def post(self, url: str, fields: Mapping[str, str]) -> Page:
        """Post a form that scripts of a page would put together."""
        return await self._load("POST", url, urlencode(fields).encode(), stay=False)

    async def send_on(self, page: Page) -> Page:
        """What a browser does by itself when a payment page has finished: go where it leads, taking its form along."""
        if page.leaving:
            return await self.get(page.leaving)
        here = urlsplit(page.url).netloc
        for form in page.forms:
            if urlsplit(form.action).netloc != here:
                return await self._send(form, form.values, stay=False)
        raise Astray(f"nothing leads away from {urlsplit(page.url).path} (HTTP {page.status})")

    async def _send(self, form: Form, fields: Mapping[str, str], *, stay: bool) -> Page:
        encoded = urlencode(fields)
        if form.method == "get":
            glue = "&" if urlsplit(form.action).query else "?"
            return await self._load("GET", f"{form.action}{glue}{encoded}", None, stay=stay)
        return await self._load("POST", form.action, encoded.encode(), stay=stay)

    async def _load(self, method: str, url: str, body: bytes | None, *, stay: bool) -> Page:
        start = urlsplit(url).netloc
        for _ in range(REDIRECTS_MAX):
            headers = _FORM if body is not None else {}
            async with self._http.request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    html = (await read_at_most(answer, PAGE_MAX)).decode(errors="replace")
                    return _page(url, answer.status, html)
                target = urljoin(url, answer.headers["location"])
            if stay and urlsplit(target).netloc != start:
                return Page(url=url, status=answer.status, leaving=target)
            url, method, body = target, "GET", None
        raise Astray(f"redirected without end at {urlsplit(url).path}")


def _page(url: str, status: int, html: str) -> Page:
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    texts = {element_id: " ".join(text.split()) for element_id, text in reader.texts.items()}
    return Page(
        url=url,
        status=status,
        forms=tuple(reader.forms),
        texts=texts,
        refresh_s=reader.refresh_s,
        refresh_url=reader.refresh_url,
    )


class _Reader(HTMLParser):
    """Finds the forms of a page with their controls, the texts of elements with an id, and a refresh."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._url = url
        self._open: Form | None = None
        self._select = ""
        self._named: list[str] = []  # ids of the open element whose text is being read, at most one
        self.forms: list[Form] = []
        self.texts: dict[str, str] = {}
        self.refresh_s: int | None = None
        self.refresh_url = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self._named = [given["id"]]
            self.texts.setdefault(given["id"], "")
        if tag == "form":
            action = urljoin(self._url, given.get("action", ""))
            self._open = Form(action=action, method=given.get("method", "get").lower(), form_id=given.get("id", ""))
            self.forms.append(self._open)
        elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self._refresh(given.get("content", ""))
        else:
            self._control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        self._named = []
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        for element_id in self._named:
            self.texts[element_id] += data

    def _refresh(self, content: str) -> None:
        """`2`, or `2; url=…`; also within noscript, since no script runs here. The first one counts."""
        if self.refresh_s is not None:
            return
        seconds, _, target = content.partition(";")
        self.refresh_s = int(seconds.strip() or 0)
        self.refresh_url = urljoin(self._url, target.strip().removeprefix("url=").removeprefix("URL="))

    def _control(self, tag: str, given: Mapping[str, str]) -> None:
        form = self._owner(given)
        if form is None:
            return
        name = given.get("name", "")
        kind = given.get("type", "submit" if tag == "button" else "text").lower()
        if tag == "button" or (tag == "input" and kind in ("submit", "image")):
            if kind in ("submit", "image"):
                self._button(form, given, name)
        elif tag == "input" and name:
            form.names[given.get("id", name)] = name
            if kind not in ("checkbox", "radio") or "checked" in given:
                form.values[name] = given.get("value", "")
        elif tag == "select" and name:
            self._select = name
            form.names[given.get("id", name)] = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in form.values):
            form.values[self._select] = given.get("value", "")

    def _owner(self, given: Mapping[str, str]) -> Form | None:
        if "form" in given:
            return next((form for form in self.forms if form.form_id == given["form"]), None)
        return self._open

    def _button(self, form: Form, given: Mapping[str, str], name: str) -> None:
        """A button is found by its id, by what it sends, or by the payment method it stands for."""
        sends = (name, given.get("value", ""))
        for handle in (given.get("id"), f"{name}={sends[1]}" if name else None, _method_handle(given)):
            if handle:
                form.buttons[handle] = sends


def _method_handle(given: Mapping[str, str]) -> str | None:
    return f"method:{given['data-method']}" if "data-method" in given else None
