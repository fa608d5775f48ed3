"""Refused requests: each has one decision for whoever asked, and words for the merchant."""

import re

import pytest

from wasl.gateway.refusals import Decision, advise


@pytest.mark.parametrize(
    ("code", "message", "decision"),
    [
        (1, "Authentication failed. Check authentication header.", Decision.MEND_SETTINGS),
        (2, "Invoice not found", Decision.MEND_REQUEST),
        (2, "Request must be type application/octet-stream", Decision.MEND_SETTINGS),
        (2, "INVALID BLOCKSIZE ON ENCRYPTED MESSAGE", Decision.MEND_SETTINGS),
        (4, "Duplicate Request", Decision.DUPLICATE),
        (102, "Description not valid", Decision.MEND_REQUEST),
        (109, "invalid transaction mode", Decision.MEND_SETTINGS),
        (112, "Method/Class/Currency combination not supported", Decision.MEND_REQUEST),
        (206, "Invalid currency code", Decision.MEND_REQUEST),
        (400, "Internal system error", Decision.TRY_LATER),
        (401, "No response", Decision.TRY_LATER),
        (0, "No merchant information found in the request", Decision.MEND_SETTINGS),
        (0, "Not Found", Decision.MEND_REQUEST),
        (9_999, "", Decision.MEND_REQUEST),
    ],
)
def test_every_refusal_of_the_reference_has_its_decision(code: int, message: str, decision: Decision) -> None:
    """Who can help, and how, in both languages."""
    advice = advise(code, message)
    assert advice.decision is decision
    assert advice.merchant.en
    assert re.search(r"[\u0600-\u06ff]", advice.merchant.ar)
