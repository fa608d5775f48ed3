"""What replies mean, whatever HTTP says of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.evidence import Kind, Verdict
from wasl.engine.ports import OpenedPage
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway.reading import (
    read_card,
    read_cart_query,
    read_charge,
    read_deletion,
    read_follow_up,
    read_page,
    read_query,
)
from wasl.gateway.refusals import Decision
from wasl.gateway.results import Duplicate, Refused, SavedCard, Stated, TokenDeleted
from wasl.gateway.transport import Reply
from wire.gateway.goldens import golden

READERS = (read_page, read_charge, read_follow_up, read_query, read_cart_query, read_card, read_deletion)
STATUSES = (200, 201, 400, 401, 404, 409, 422, 500, 503)
NO_ANSWERS = (
    b"",
    b"<html><body>502 Bad Gateway</body></html>",
    b"{",
    b"null",
    b"5",
    b'"A"',
    b"{}",
    b'{"trace":"PMNT"}',
    b'{"code":null}',
    b'{"code":"soon"}',
    b'{"code":0}',
    b'{"code":1.5,"message":"x"}',
    b"[" * 100_000,
    b"\xff",
)


def reply(name: str, status: int = 200) -> Reply:
    """A golden as a reply."""
    return Reply(status=status, body=golden(name))


@pytest.mark.parametrize("name", ["create-redirect.json", "create-redirect-older.json"])
def test_a_page_is_its_transaction_and_its_address(name: str) -> None:
    """Both shapes the gateway has had name them alike."""
    page = read_page(reply(name))
    assert isinstance(page, OpenedPage)
    assert page.tran_ref.startswith("TST")
    assert page.redirect_url.startswith("https://secure.paytabs.")


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "/payment/page/1", "https://x/\n", "https://x/" + "a" * 3000]
)
def test_a_page_without_an_address_a_browser_should_follow_is_a_lost_answer(url: str) -> None:
    """A buyer is never sent to what is no web address."""
    body = golden("create-redirect.json").decode()
    start = body.index('"redirect_url": "') + len('"redirect_url": "')
    changed = body[:start] + url.replace("\n", "\\n") + body[body.index('"', start) :]
    with pytest.raises(GatewayUnavailable):
        read_page(Reply(status=200, body=changed.encode()))


def test_a_finished_transaction_is_no_page() -> None:
    """Who asked for a page and is told of a payment has to ask what happened."""
    with pytest.raises(GatewayUnavailable):
        read_page(reply("query-sale.json"))


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_a_wrong_key_is_a_persons_business_whatever_the_status(read: object, status: int) -> None:
    """Code 1 is never retried and names every cause in plain words."""
    assert callable(read)
    with pytest.raises(Misconfigured, match="region") as caught:
        read(reply("error-authentication.json", status))
    assert "mobile key" in str(caught.value)


@pytest.mark.parametrize("name", ["error-mobile-key.json", "error-not-live.json", "error-no-merchant.json"])
def test_what_only_a_person_can_mend_is_misconfigured(name: str) -> None:
    """A mobile key hides behind the code of a malformed request; its words give it away."""
    with pytest.raises(Misconfigured):
        read_cart_query(reply(name, 400))


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("name", "code"), [("error-description.json", 102), ("error-combination.json", 112), ("error-currency.json", 206)]
)
def test_a_refused_request_is_a_value_with_advice(name: str, code: int, status: int) -> None:
    """The body is read first: business errors may come with HTTP 200."""
    answer = read_page(reply(name, status))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.advice.decision) == (code, Decision.MEND_REQUEST)
    assert answer.trace.startswith("PMNT")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("read", [read_page, read_charge, read_follow_up])
def test_a_duplicate_is_its_own_value(read: object, status: int) -> None:
    """It is neither a success nor a refusal: the first request stands."""
    assert callable(read)
    assert isinstance(read(reply("error-duplicate.json", status)), Duplicate)


def test_a_message_without_code_is_a_refusal_under_a_client_error_only() -> None:
    """The same words under a server error leave open what happened."""
    body = b'{"message":"Not Found"}'
    answer = read_page(Reply(status=404, body=body))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.message) == (0, "Not Found")
    for status in (200, 500, 503):
        with pytest.raises(GatewayUnavailable):
            read_page(Reply(status=status, body=body))


@pytest.mark.parametrize("status", STATUSES)
def test_a_transaction_with_a_message_is_a_transaction_whatever_the_status(status: int) -> None:
    """What was done stands in the body; a refund must not be called refused because of an HTTP status."""
    body = golden("follow-up-refund.json").replace(b"{", b'{"message":"see result",', 1)
    assert isinstance(read_follow_up(Reply(status=status, body=body)), Stated)


def test_a_code_may_be_written_as_text() -> None:
    """Ids and codes are read either way."""
    answer = read_page(Reply(status=400, body=b'{"code":"206","message":"Invalid\\n currency"}'))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.message) == (206, "Invalid currency")


def test_an_internal_fault_of_the_gateway_is_no_refusal() -> None:
    """Codes from 400 on are temporary, and nobody knows what happened."""
    with pytest.raises(GatewayUnavailable):
        read_follow_up(Reply(status=200, body=b'{"code":400,"message":"Internal system error"}'))


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("body", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
def test_what_is_no_answer_is_unavailable(read: object, body: bytes) -> None:
    """A proxy's page, half a document or an empty object: nobody takes it for the gateway's word."""
    assert callable(read)
    if read is read_deletion and body == b'{"code":0}':
        return
    with pytest.raises(GatewayUnavailable) as caught:
        read(Reply(status=502, body=body, retry_after_s=3))
    assert caught.value.retry_after_s == 3


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_too_many_requests_is_unavailable_whatever_it_says(read: object) -> None:
    """Nothing was done, and waiting helps."""
    assert callable(read)
    with pytest.raises(GatewayUnavailable):
        read(Reply(status=429, body=golden("error-currency.json"), retry_after_s=9))


def test_follow_ups_say_how_they_ended() -> None:
    """Approved, pending and refused all come in an ordinary answer."""
    names = ("capture", "void", "refund", "refund-pending", "on-hold")
    answers = [read_follow_up(reply(f"follow-up-{name}.json")) for name in names]
    verdicts = [answer.fact.verdict for answer in answers if isinstance(answer, Stated)]
    assert verdicts == [Verdict.APPROVED] * 3 + [Verdict.PENDING, Verdict.ERROR]


def test_a_query_says_what_was_asked_for_where_it_became_something_else() -> None:
    """Only the query tells that a held authorisation was a sale."""
    held, saved = read_query(reply("query-held.json")), read_query(reply("query-sale.json"))
    assert isinstance(held, Stated)
    assert isinstance(saved, Stated)
    assert (held.fact.kind, held.original_kind, saved.original_kind) == (Kind.AUTH, Kind.SALE, None)
    assert (saved.token, saved.channel) == ("2C4656BF67A3E43DC6BE93FE66857CBD", "Payment Page")
    assert saved.token not in repr(saved)
    assert saved.raw == golden("query-sale.json")


@pytest.mark.parametrize("name", ["query-unused.json", "error-invalid.json"])
def test_not_yet_has_two_forms(name: str) -> None:
    """A page nobody has paid on is an object without a result, or code 2: neither is a failure."""
    assert read_query(reply(name, 400)) is None
    assert read_cart_query(reply(name, 400)) == ()


def test_a_list_is_every_stated_transaction_with_its_own_bytes() -> None:
    """Declined and cancelled attempts are in it; the page nobody used is not."""
    found = read_cart_query(reply("query-cart.json"))
    assert not isinstance(found, Refused)
    verdicts = [stated.fact.verdict for stated in found]
    assert verdicts == [
        Verdict.APPROVED,
        Verdict.APPROVED,
        Verdict.CANCELED,
        Verdict.DECLINED,
        Verdict.DECLINED,
    ]
    assert all(stated.raw in golden("query-cart.json") for stated in found)
    assert found[0].fact.previous_ref == found[1].fact.tran_ref


def test_an_unknown_cart_has_no_transactions() -> None:
    """An empty list is an answer."""
    assert read_cart_query(reply("query-cart-empty.json")) == ()


def test_a_single_object_for_a_cart_is_a_list_of_one() -> None:
    """Should a region answer so, no money is lost over it."""
    found = read_cart_query(reply("query-sale.json"))
    assert not isinstance(found, Refused)
    assert [stated.fact.verdict for stated in found] == [Verdict.APPROVED]


def test_an_entry_of_another_shape_is_kept_and_unrecognized() -> None:
    """One strange transaction does not hide the others, and is not lost itself."""
    body = b'[{"tran_ref":"T9","cart_id":"c","payment_result":"soon"},' + golden("query-cart.json")[1:]
    found = read_cart_query(Reply(status=200, body=body))
    assert not isinstance(found, Refused)
    assert (found[0].fact.tran_ref, found[0].fact.kind, len(found)) == ("T9", Kind.UNRECOGNIZED, 6)


@pytest.mark.parametrize("body", [b"[5]", b"[null]", b"[[]]", b'["x"]', b"[{]", b'[{"tran_ref":"\xff"}]'])
def test_a_list_of_something_else_is_no_answer(body: bytes) -> None:
    """An answer that cannot be read must not end anything."""
    with pytest.raises(GatewayUnavailable):
        read_cart_query(Reply(status=200, body=body))


def test_a_query_may_be_refused() -> None:
    """The caller learns it as a value, not as an empty list."""
    assert isinstance(read_cart_query(reply("error-combination.json", 400)), Refused)


def test_a_saved_card_is_its_masked_description() -> None:
    """No number, only what a buyer recognises."""
    assert read_card(reply("token-query.json")) == SavedCard(
        tran_ref="TST2623802990085", card_type="Credit", card_scheme="Visa", description="4111 11## #### 1111"
    )
    assert isinstance(read_card(reply("error-combination.json", 400)), Refused)


def test_a_deleted_token_is_code_nothing() -> None:
    """Zero is success here, and only here."""
    assert isinstance(read_deletion(reply("token-deleted.json")), TokenDeleted)
    assert isinstance(read_deletion(reply("error-invalid.json", 400)), Refused)


def test_a_charge_is_done_or_wants_3_d_secure() -> None:
    """One operation, two good answers."""
    assert isinstance(read_charge(reply("query-sale.json")), Stated)
    assert isinstance(read_charge(reply("create-redirect.json")), OpenedPage)


@given(st.binary(max_size=200), st.sampled_from(STATUSES), st.sampled_from(READERS))
def test_no_bytes_make_a_reader_fail_in_another_way(body: bytes, status: int, read: object) -> None:
    """Two exceptions are promised, and no third."""
    assert callable(read)
    try:
        read(Reply(status=status, body=body))
    except (GatewayUnavailable, Misconfigured):
        return


@pytest.mark.parametrize("status", [408, 499, 500, 502, 504])
def test_what_a_proxy_says_in_json_is_no_refusal(status: int) -> None:
    """The gateway behind it may be doing what it was asked: a refund that is called refused is sent again."""
    for body in (
        b'{"code":504,"message":"Gateway Timeout"}',
        b'{"message":"timed out"}',
        b'{"code":9999,"message":"?"}',
    ):
        with pytest.raises(GatewayUnavailable):
            read_follow_up(Reply(status=status, body=body, retry_after_s=0))
    known = read_follow_up(
        Reply(status=status, body=b'{"code":206,"message":"Currency not available"}', retry_after_s=0)
    )
    assert isinstance(known, Refused)
