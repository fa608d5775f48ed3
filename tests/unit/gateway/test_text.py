"""Free text: one line, not too long, never empty where it may not be."""

import pytest

from wasl.gateway.text import DESCRIPTION_MAX, description_of, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [("  a \r\n b\t\u2028c ", "a b c"), ("\0\x7f", ""), ("\ud800x", "x"), ("طلب\u00a0رقم", "طلب رقم")],
)
def test_a_line_has_no_breaks_and_no_unseen_signs(text: str, line: str) -> None:
    """What a screen cannot show has no business in a request."""
    assert one_line(text) == line


def test_a_description_is_cut_and_never_empty() -> None:
    """A cart of many products is described by as much as fits; one without words by its name."""
    assert description_of("x" * 500, "c") == "x" * DESCRIPTION_MAX
    assert description_of("x" * 127 + " y", "c") == "x" * 127
    assert description_of(" \n", "cart-7") == "cart-7"
