"""Pages for people: templates, both languages from one catalogue, and headers that let nothing foreign in."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any, Final

import jinja2
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency
from starlette.responses import Response

HERE: Final = Path(__file__).parent
LOCALES: Final = HERE.parent / "locale"
STATIC: Final = HERE.parent / "cs_cart" / "static"  # one stylesheet and one script for the shop's pages and ours
LANGUAGES: Final = ("en", "ar")
_ACCEPTED_MAX: Final = 10
# Arabic as shops around the Gulf print it: Arabic words with Latin digits, so that amounts read alike everywhere.
_NUMBERS: Final = "latn"
_MONEY: Final = {"en": "¤\u00a0#,##0.00", "ar": "#,##0.00\u00a0¤"}
# Which words of the wire stand in an event's values, and the group of the catalogue that translates them.
_GROUPS: Final = {
    "voice": "voice",
    "channel": "voice",
    "kind": "kind",
    "verdict": "verdict",
    "letter": "letter",
    "state": "state",
    "concern": "concern",
    "result": "result",
    "before": "status",
    "after": "status",
    "target": "status",
}


_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Texts:
    """The catalogue in one language. Texts have names, since many are looked up by a word of the wire."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)

    def __call__(self, name: str, **values: object) -> str:
        """The text called *name* with *values* put in; the name itself if there is none, which a test forbids."""
        text = self._catalogue.gettext(name)
        return text % values if values else text

    def word(self, group: str, value: str) -> str:
        """The text for one of the wire's words, such as a state; a word nobody has translated stands for itself."""
        name = f"{group}.{value}"
        text = self._catalogue.gettext(name)
        return value if text == name else text

    def event(self, name: str, values: Mapping[str, str]) -> str:
        """The text of one event, the wire's words among its *values* translated."""
        shown = {key: self.word(_GROUPS[key], value) if key in _GROUPS else value for key, value in values.items()}
        if values.get("amount") and values.get("currency"):
            shown["money"] = self.money(values["amount"], values["currency"])
        return self(name, **shown)

    def money(self, amount: str, currency: str) -> str:
        """An amount as this language writes it, with the decimals it was stated with."""
        pattern = _MONEY[self.language]
        return format_currency(Decimal(amount), currency, pattern, locale=self.language, numbering_system=_NUMBERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Renders templates as answers."""

    shop_name: str

    def page(self, template: str, *, language: str, status: int = 200, **values: Any) -> Response:
        """*template* in *language* as a whole page."""
        headers = {**_HEADERS, "content-language": language}
        return Response(self.html(template, language=language, **values), status, headers, media_type="text/html")

    def html(self, template: str, *, language: str, **values: Any) -> str:
        """*template* in *language* as text; everything put in is escaped."""
        text = texts(language)
        frame = {"shop_name": self.shop_name, "language": language, "t": text}
        return _environment().get_template(template).render(**frame, direction=direction(language), **values)


@cache
def texts(language: str) -> Texts:
    """The texts in *language*, one of LANGUAGES."""
    return Texts(language)


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if language == "ar" else "ltr"


def preferred(accepted: str) -> str:
    """The first language of an Accept-Language header that we speak; English if there is none."""
    for part in accepted.split(",")[:_ACCEPTED_MAX]:
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _catalogue(language: str) -> GNUTranslations:
    """The .po file, compiled in memory: the repository holds no binary."""
    compiled = io.BytesIO()
    with (LOCALES / language / "LC_MESSAGES" / "demo.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
