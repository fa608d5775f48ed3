"""Every text a person reads has its Arabic."""

import re
from pathlib import Path

import pytest

from wasl.emulator.forms import Wrong
from wasl.emulator.web.texts import HERE, catalogue_of

TEMPLATES = sorted((HERE / "templates").glob("*.html"))


def texts(path: Path) -> list[str]:
    """The English texts of a template."""
    return re.findall(r'_\("([^"]+)"', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_text_of_a_template_is_translated(path: Path) -> None:
    """No English in the Arabic page by oversight, and every placeholder kept."""
    arabic = catalogue_of("ar")
    for text in texts(path):
        assert re.search("[ء-ي]", arabic.gettext(text)), text
        assert re.findall(r"%\(\w+\)s", text) == re.findall(r"%\(\w+\)s", arabic.gettext(text))


def test_every_correction_is_translated() -> None:
    """What is wrong with an input is said in the buyer's language."""
    arabic = catalogue_of("ar")
    assert all(re.search("[ء-ي]", arabic.gettext(wrong)) for wrong in Wrong)


def test_no_translation_is_left_over() -> None:
    """The catalogue has nothing that no page says."""
    said = {text for path in TEMPLATES for text in texts(path)} | {wrong.value for wrong in Wrong}
    catalogue = (HERE.parent / "locale" / "ar" / "LC_MESSAGES" / "emulator.po").read_text(encoding="utf-8")
    assert set(re.findall(r'^msgid "(.+)"$', catalogue, re.MULTILINE)) == said
