"""How the gateway says no: to an API call (PayTabs reference §2.7), and to a script or person behind the counter."""

from typing import Final

AUTHENTICATION: Final = 1
INVALID: Final = 2
DUPLICATE: Final = 4
DESCRIPTION: Final = 102
NOT_LIVE: Final = 109
COMBINATION: Final = 112
CURRENCY: Final = 206
SYSTEM: Final = 400

NOT_JSON: Final = "Request must be in JSON format with content-type Application/JSON"
_HTTP: Final = {AUTHENTICATION: 401, DUPLICATE: 409}


class ApiRefusal(Exception):
    """An answer of the form {code, message, trace}. The one without a code is the one the gateway gives none for."""

    def __init__(self, code: int | None, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.status = status or _HTTP.get(code or 0, 400)


class ControlRefusal(Exception):
    """What a script or person asked for cannot be done; `str()` is a sentence saying why, `field` what is wrong."""

    def __init__(self, status: int, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.status, self.field = status, field


def unauthenticated() -> ApiRefusal:
    """The key is missing or wrong, or does not belong to the profile."""
    return ApiRefusal(AUTHENTICATION, "Authentication failed. Check authentication header.")


def invalid(message: str) -> ApiRefusal:
    """A parameter is missing or not as it should be."""
    return ApiRefusal(INVALID, message)


def combination() -> ApiRefusal:
    """The profile has no such class, method and currency together."""
    return ApiRefusal(COMBINATION, "Method/Class/Currency combination not supported")
