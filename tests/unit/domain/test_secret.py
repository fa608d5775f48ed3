"""A secret is told to nobody but the one who asks for it by name."""

from wasl.domain.secret import Secret


def test_a_secret_shows_itself_only_when_revealed() -> None:
    """Printed, formatted or in a repr it is masked; two of one text are equal."""
    secret = Secret("planted")
    assert (str(secret), repr(secret), f"{secret}") == ("***", "Secret(***)", "***")
    assert secret.reveal() == "planted"
    assert secret == Secret("planted")
