"""The table of codes is the reference's."""

from wasl.gateway.codes import CODES


def test_every_transaction_code_of_the_reference_is_explained() -> None:
    """§7.2 without the request errors (1 to 112, which `refusals` explains) and 601, which is another client's own."""
    assert list(CODES) == (
        "118 120 200 206 300 305 309 310 313 316 321 335 345 346 354 355 400 401 501 600".split()  # noqa: SIM905 - as the reference lists them
    )
