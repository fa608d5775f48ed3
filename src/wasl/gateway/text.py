"""Free text in the shape the gateway takes."""

import re
from typing import Final

DESCRIPTION_MAX: Final = 128  # PayTabs reference §2.2; characters, since no source says bytes

# Control characters, line ends and broken surrogates. Joiners stay: names are spelled with them.
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text: str) -> str:
    """*text* with every run of blanks, line ends and control characters made one space."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def description_of(text: str, cart_id: str) -> str:
    """*text* on one line of at most 128 characters; the cart's name where there is none, since it may not be empty."""
    return one_line(text)[:DESCRIPTION_MAX].rstrip() or cart_id
