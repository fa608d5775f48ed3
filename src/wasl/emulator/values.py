"""JSON values that scripts send, read into what they mean or refused in a sentence."""

from typing import Any, Final, TypeVar

import msgspec

from wasl.emulator.refusals import ControlRefusal

NOT_FOUND: Final = 404
CONFLICT: Final = 409
UNPROCESSABLE: Final = 422
S = TypeVar("S")


def read_value(given: Any, kind: type[S]) -> S:
    """A JSON value as *kind*; raises ControlRefusal naming the field at fault."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise misread(error) from error


def misread(error: msgspec.ValidationError) -> ControlRefusal:
    """What a script is told of a value that cannot be read; msgspec ends its sentence with the path of the fault."""
    _, found, path = str(error).rpartition("at `$.")
    return ControlRefusal(UNPROCESSABLE, f"{error}.", field=path.rstrip("`") if found else "")


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return msgspec.to_builtins(value)
