"""What an operation answers: values for every answer the gateway gives, exceptions only for those it does not give."""

from dataclasses import dataclass, field

from wasl.domain.evidence import Fact, Kind
from wasl.gateway.refusals import Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A transaction as the gateway states it, and the bytes it was read from.

    `original_kind` is what was asked for where the gateway did something else: a held sale became an authorisation, a
    void was executed as a release (reference §3.3, §3.6). `trace` is for PayTabs' support. `token` is a saved card.
    """

    fact: Fact
    raw: bytes = field(repr=False)
    original_kind: Kind | None = None
    channel: str = ""
    trace: str = ""
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The gateway said no: nothing happened. `message` is its own sentence, `advice` says what to do about it.

    `code` is 0 where none was stated. `trace` is for PayTabs' support.
    """

    code: int
    message: str
    advice: Advice
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The same cart, amount and currency was sent within two minutes (§2.7): that request stands, this one does not.

    The answer does not say what became of the first. Ask for its cart, or open a page with another cart; never loop.
    """

    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCard:
    """A saved card (§4.4): the transaction that saved it, and its masked description."""

    tran_ref: str
    card_type: str
    card_scheme: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDeleted:
    """The saved card is forgotten at the gateway."""

    trace: str = ""
