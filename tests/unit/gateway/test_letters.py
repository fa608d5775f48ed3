"""Letters and codes, in words: the merchant learns what to do, the buyer never learns why a bank refused."""

import re

import pytest

from wasl.domain.evidence import FAILED, FOLLOW_UPS, Kind, Verdict
from wasl.gateway.codes import CODES
from wasl.gateway.letters import LETTERS, explain, letter_of, verdict_of
from wasl.gateway.words import ForBuyer, Text

SAFE_TO_NAME = {"200", "305", "309", "310", "321", "345", "354", "355"}  # reference §7.2


def test_every_letter_of_the_reference_is_known() -> None:
    """Eight letters, and each means one thing."""
    assert "".join(LETTERS) == "AHPVEDXC"
    assert len({letter.verdict for letter in LETTERS.values()}) == len(LETTERS)


@pytest.mark.parametrize("letter", list(LETTERS))
def test_letters_have_no_case(letter: str) -> None:
    """The gateway capitalises as it likes."""
    assert letter_of(letter.lower()) is letter_of(letter)


@pytest.mark.parametrize("status", ["", "B", "AA", "Authorised", "ß"])
def test_an_unknown_letter_is_not_failed(status: str) -> None:
    """Automatic refunds have been sent for less."""
    assert letter_of(status) is None
    assert verdict_of(status, "305") is Verdict.UNRECOGNIZED


def test_every_kind_verdict_and_code_can_be_explained() -> None:
    """Nothing the ledger may hold has no words, in either language."""
    for kind in Kind:
        for verdict in Verdict:
            for code in (*CODES, "", "999", "G33093"):
                told = explain(kind, verdict, code)
                assert told.merchant.en
                assert told.merchant.ar
                assert told.buyer is None or told.buyer in [sentence.value for sentence in ForBuyer]


@pytest.mark.parametrize("code", [code for code in CODES if code not in SAFE_TO_NAME])
@pytest.mark.parametrize("verdict", [Verdict.DECLINED, Verdict.ERROR])
def test_a_buyer_is_told_nothing_specific_of_what_is_the_merchants_business(code: str, verdict: Verdict) -> None:
    """Bank refusals, fraud, funds and system faults all read alike."""
    told = explain(Kind.SALE, verdict, code)
    assert told.buyer in (ForBuyer.NOT_POSSIBLE.value, ForBuyer.IN_PROGRESS.value)


def test_no_sentence_for_a_buyer_names_a_code() -> None:
    """Nor anything that could be looked up."""
    for sentence in ForBuyer:
        assert not re.search(r"\b[0-9]{2,}\b|fraud|funds|risk", sentence.value.en)


def test_a_merchant_reads_the_code_and_what_to_do() -> None:
    """In both languages."""
    told = explain(Kind.SALE, Verdict.DECLINED, "305").merchant
    assert told.en == "Card security code (CVV) mismatch (305). Let the buyer try again."
    assert "305" in told.ar


@pytest.mark.parametrize(
    ("kind", "verdict", "code", "buyer"),
    [
        (Kind.SALE, Verdict.APPROVED, "305305", ForBuyer.PAID),
        (Kind.AUTH, Verdict.APPROVED, "", ForBuyer.RESERVED),
        (Kind.REFUND, Verdict.APPROVED, "", ForBuyer.RETURNED),
        (Kind.REFUND, Verdict.PENDING, "", ForBuyer.RETURN_IN_PROGRESS),
        (Kind.PAYMENT_REQUEST, Verdict.PENDING, "12624479397955", ForBuyer.TO_BE_PAID),
        (Kind.UNSTATED, Verdict.PENDING, "600", ForBuyer.IN_PROGRESS),
        (Kind.SALE, Verdict.UNANSWERED, "401", ForBuyer.IN_PROGRESS),
        (Kind.AUTH, Verdict.HELD, "", ForBuyer.IN_PROGRESS),
        (Kind.SALE, Verdict.CANCELED, "321", ForBuyer.CANCELED),
        (Kind.SALE, Verdict.DECLINED, "310", ForBuyer.NOT_CONFIRMED),
        (Kind.SALE, Verdict.DECLINED, "316", ForBuyer.NOT_POSSIBLE),
        (Kind.SALE, Verdict.UNRECOGNIZED, "", ForBuyer.IN_PROGRESS),
        (Kind.PAYMENT_REQUEST, Verdict.EXPIRED, "355", ForBuyer.EXPIRED),
    ],
)
def test_what_a_buyer_reads_depends_on_what_was_done(kind: Kind, verdict: Verdict, code: str, buyer: ForBuyer) -> None:
    """Approved is paid for a sale, and gone for a refund; an authorisation code is no decline code."""
    assert explain(kind, verdict, code).buyer == buyer.value


@pytest.mark.parametrize("kind", sorted(FOLLOW_UPS))
@pytest.mark.parametrize("verdict", sorted(FAILED))
def test_a_failed_follow_up_is_nothing_to_a_buyer(kind: Kind, verdict: Verdict) -> None:
    """A capture that was refused is between the merchant and the gateway."""
    assert explain(kind, verdict, "118").buyer is None


def test_unanswered_is_a_question_and_not_a_failure() -> None:
    """The card may have been charged."""
    assert {code for code in CODES if verdict_of("E", code) is Verdict.UNANSWERED} == {"400", "401"}
    assert "may have been charged" in explain(Kind.SALE, Verdict.UNANSWERED, "401").merchant.en


def test_every_sentence_is_in_both_languages() -> None:
    """Arabic in Arabic letters, English without them."""
    texts = [sentence.value for sentence in ForBuyer]
    texts += [text for code in CODES.values() for text in (code.meaning, code.merchant, code.advice)]
    texts += [text for letter in LETTERS.values() for text in (letter.name, letter.merchant)]
    for text in texts:
        assert re.search(r"[\u0600-\u06ff]", text.ar)
        assert not re.search(r"[\u0600-\u06ff]", text.en)


@pytest.mark.parametrize(("language", "word"), [("ar", "نعم"), ("AR-sa", "نعم"), ("en", "yes"), ("", "yes")])
def test_a_text_is_read_in_a_language(language: str, word: str) -> None:
    """Arabic for its variants, English for everything else."""
    assert Text("yes", "نعم").in_(language) == word
