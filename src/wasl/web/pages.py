"""Pages for people: templates, the reader's language, and headers that let nothing foreign in."""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Final

import jinja2
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import Request
from starlette.responses import Response

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "ar")
HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def page(request: Request, template: str, *, language: str, status: int = 200, **values: Any) -> Response:
    """Render *template* in *language*; `auto` asks the browser, and English stands for what we do not speak."""
    spoken = language if language in LANGUAGES else _preferred(request.headers.get("accept-language", ""))
    html = (
        _environment(spoken)
        .get_template(template)
        .render(language=spoken, direction="rtl" if spoken == "ar" else "ltr", **values)
    )
    return Response(html, status, {**HEADERS, "content-language": spoken}, media_type="text/html")


def _preferred(accepted: str) -> str:
    """The first language of an Accept-Language header that we speak."""
    for part in accepted.split(",")[:10]:
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


@cache
def _environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(_catalogue(language), newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    return environment


def _catalogue(language: str) -> NullTranslations:
    """English is written in the templates; other languages are read from their .po file."""
    path = HERE / "locale" / language / "LC_MESSAGES" / "wasl.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
