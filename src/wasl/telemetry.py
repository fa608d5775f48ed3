"""Logs: to stderr, as text or JSON, with everything secret or personal taken out before it is written."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final, TextIO, cast

import structlog

_SENSITIVE: Final = (
    "key",
    "secret",
    "signature",
    "authorization",
    "token",
    "password",
    "body",
    "email",
    "phone",
    "name",
)
MASK: Final = "***"


class _Unfailing:
    """A stream whose disk may be full: what cannot be written is lost, since a log may cost nobody an answer."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As much as can be written."""
        with suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """If it can be."""
        with suppress(OSError):
            self._stream.flush()


def configure(log_format: str) -> None:
    """Set up logging for this process: Wasl's own events, and the libraries' from WARNING on."""
    render: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", force=True
    )


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Mask every field whose name says that it holds a key, a body or a person, whatever is in it."""
    for field in event:
        if any(word in field.lower() for word in _SENSITIVE):
            event[field] = MASK
    return event
