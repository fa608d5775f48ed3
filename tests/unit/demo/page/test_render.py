"""The catalogue is whole in both languages, and pages let nothing foreign in."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from starlette.responses import Response

from wasl.demo.page.render import HERE, LANGUAGES, LOCALES, Pages, preferred, texts
from wasl.domain.evidence import Kind, Verdict, Voice
from wasl.domain.outcome import Concern, State

SOURCE = HERE.parent
STATUSES = "PCOFDBIN"  # as installed, CS-Cart reference §4.1, and N
VALUES = re.compile(r"%\((\w+)\)s")


def _catalogue(language: str) -> dict[str, str]:
    with (LOCALES / language / "LC_MESSAGES" / "demo.po").open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source, locale=language) if m.id}


def test_both_languages_say_the_same_things() -> None:
    """No text is missing, empty, or without a value the other language shows."""
    english, arabic = (_catalogue(language) for language in LANGUAGES)
    assert english.keys() == arabic.keys()
    assert [name for name in english if not english[name] or not arabic[name]] == []
    assert [n for n in english if set(VALUES.findall(english[n])) != set(VALUES.findall(arabic[n]))] == []


def test_arabic_is_arabic() -> None:
    """Only the name of the other language and codes are written in Latin letters alone."""
    latin = [name for name, text in _catalogue("ar").items() if not re.search(r"[\u0600-\u06ff]", text)]
    assert set(latin) == {"frame.other_language", "frame.other_code", "shop.status"}


def test_every_text_a_template_names_exists() -> None:
    """A name with a typing error would be shown to the reader as it stands."""
    named = {
        name
        for path in (HERE / "templates").glob("*.html")
        for name in re.findall(r"""t\(["']([a-z_.]+[a-z_])["']\s*[,)]""", path.read_text(encoding="utf-8"))
    }
    assert named
    assert named - _catalogue("en").keys() == set()


def test_every_text_the_code_names_exists() -> None:
    """Headlines and events are named in Python, entries of the shop's log in the double's PHP."""
    code = "".join(path.read_text(encoding="utf-8") for path in Path(SOURCE).rglob("*.py"))
    named = set(re.findall(r'"((?:headline|gateway|wasl\.heard|wasl\.concluded)\.[a-z_.]+)"', code))
    php = "".join(path.read_text(encoding="utf-8") for path in Path(SOURCE).rglob("*.php"))
    named |= {f"shop.{event}" for event in re.findall(r"demo_note\([^,]+, [^,]+, '(\w+)'", php)}
    assert {"headline.paid", "wasl.heard.claim", "shop.placed", "shop.status", "shop.told"} <= named
    assert named - _catalogue("en").keys() == set()


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("state", [state.value for state in State]),
        ("concern", [concern.value for concern in Concern if concern is not Concern.NONE]),
        ("voice", [voice.value for voice in Voice]),
        ("kind", [kind.value for kind in Kind]),
        ("verdict", [verdict.value for verdict in Verdict]),
        ("status", list(STATUSES)),
    ],
)
def test_every_word_of_the_wire_is_translated(group: str, words: list[str]) -> None:
    """A new state or voice needs its text in both languages."""
    for language in LANGUAGES:
        assert [word for word in words if f"{group}.{word}" not in _catalogue(language)] == []


def test_a_word_nobody_knows_stands_for_itself() -> None:
    """The page shows what was said rather than nothing."""
    assert texts("ar").word("state", "levitating") == "levitating"


@pytest.mark.parametrize(("language", "shown"), [("en", "KWD\u00a012.500"), ("ar", "12.500\u00a0د.ك.\u200f")])
def test_money_has_its_currencys_own_decimals(language: str, shown: str) -> None:
    """Three for the dinar, in either language, with digits that read alike."""
    assert texts(language).money("12.500", "KWD") == shown


@pytest.mark.parametrize(
    ("accepted", "language"), [("ar-SA,ar;q=0.9,en;q=0.8", "ar"), ("fr,en;q=0.5", "en"), ("fr", "en"), ("", "en")]
)
def test_the_browsers_preference_decides_first(accepted: str, language: str) -> None:
    """Until the visitor chooses."""
    assert preferred(accepted) == language


def _desk(shop_name: str, language: str = "ar") -> Response:
    return Pages(shop_name=shop_name).page(
        "desk.html", language=language, board=None, offered=(), other_language="/", shop_url="http://127.0.0.1:9",
        gateway_url="http://127.0.0.1:8",
    )  # fmt: skip


def test_a_page_lets_nothing_foreign_in() -> None:
    """Own styles, scripts and images only, nothing inline; no form leads anywhere."""
    answer = _desk("Shop")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "form-action 'none'" in policy
    assert '<html lang="ar" dir="rtl">' in bytes(answer.body).decode()


def test_templates_have_neither_inline_style_nor_inline_script() -> None:
    """The policy would silently drop them."""
    for path in (HERE / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?! src=)", text) is None, path.name


def test_what_a_shop_is_called_is_escaped() -> None:
    """Names come from settings; they are text, never markup."""
    html = bytes(_desk("<b>Shop", "en").body).decode()
    assert "<b>Shop" not in html
    assert "&lt;b&gt;Shop" in html
