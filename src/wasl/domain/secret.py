"""A secret text that cannot be printed, logged or formatted by accident."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """Holds a key; `reveal` is the only way to the text, so that a search for it finds every use."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The secret itself, for signing or for the wire; never for a message."""
        return self._text

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"
