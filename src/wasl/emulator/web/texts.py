"""Pages for people: templates, English and Arabic, amounts, and headers that let nothing foreign in."""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Final

import jinja2
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_currency_name
from starlette.requests import Request
from starlette.responses import Response

from wasl.emulator.money import Money

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "ar")
ACCEPTED_MAX: Final = 10
SECURITY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors "
)


def page(  # what a template needs comes by name
    request: Request, template: str, *, wanted: str = "", status: int = 200, framed: bool = False, **values: Any
) -> Response:
    """Render *template* for the reader, who may be served in a frame of another site only if *framed*.

    The language is the one in the address, else the *wanted* one, else the browser's.
    """
    language = language_of(request, wanted)
    html = (
        _environment(language)
        .get_template(template)
        .render(
            language=language,
            direction="rtl" if language == "ar" else "ltr",
            other="en" if language == "ar" else "ar",
            other_url=str(
                request.url.include_query_params(lang="en" if language == "ar" else "ar").replace(scheme="", netloc="")
            ),
            **values,
        )
    )
    headers = {
        "content-security-policy": SECURITY + ("*" if framed else "'none'"),
        "cache-control": "no-store",
        "content-language": language,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return Response(html, status, headers, media_type="text/html")


def language_of(request: Request, wanted: str = "") -> str:
    """The first of the address, the merchant's wish and the browser's preferences that is spoken here."""
    accepted = request.headers.get("accept-language", "").split(",")[:ACCEPTED_MAX]
    codes = (
        request.query_params.get("lang", ""),
        wanted,
        *(part.split(";")[0].strip().lower()[:2] for part in accepted),
    )
    return next((code for code in codes if code in LANGUAGES), LANGUAGES[0])


@cache
def catalogue_of(language: str) -> NullTranslations:
    """English is written in the templates; other languages are read from their .po file."""
    path = HERE.parent / "locale" / language / "LC_MESSAGES" / "emulator.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalogue_of(language), newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    # Not `_`: a merchant's own words may stand among ours, and their per cent signs are no placeholders.
    environment.filters["translated"] = lambda text: catalogue_of(language).gettext(text) if text else ""
    environment.filters["grouped"] = _grouped
    environment.filters["currency_name"] = lambda code: get_currency_name(code, locale=language)
    return environment


def _grouped(money: Money) -> str:
    """The amount with its currency's own decimals, in the digits that are printed on cards."""
    whole, point, rest = str(money).partition(".")
    return format_decimal(int(whole), locale="en") + point + rest
