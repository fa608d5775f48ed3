"""The client over a real socket: what it sends, what it repeats, and what it never repeats."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from unit.gateway.desk import Desk
from wasl.domain.evidence import CartId, Kind, TranRef, Verdict
from wasl.domain.money import Currency, Money
from wasl.domain.secret import Secret
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway import (
    CardCharge,
    Duplicate,
    FollowUp,
    HostedPage,
    OpenedPage,
    PayTabs,
    Refused,
    SavedCard,
    Stated,
    Timeouts,
    TokenDeleted,
)
from wasl.gateway.client import QUESTION_PAUSE_S, QUESTION_TRIES
from wasl.gateway.transport import open_session
from wire.gateway.goldens import K2, PROFILE, golden

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "protocol" / "python-client.md"
PAGE = HostedPage(cart_id=CartId("o-1042-1"), amount=Money(1_230, Currency.of("AED")), description="Order 1042")
CAPTURE = FollowUp(transaction=TranRef("TST2623802990101"), cart_id=PAGE.cart_id, amount=PAGE.amount, reason="Shipped")
TOKEN = "2C4656BF67A3E43DC6BE93FE66857CBD"
CHARGE = CardCharge(
    token=TOKEN,
    saved_by=TranRef("TST2623802990085"),
    cart_id=CartId("s-9-2"),
    amount=Money(4_900, Currency.of("SAR")),
    description="October",
    callback_url="https://pay.example.com/cb",
)


@dataclass(slots=True)
class Time:
    """A clock that only sleeping moves."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Sleep at once."""
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def time() -> Time:
    """The client's time."""
    return Time()


def client(desk: Desk, time: Time, *, total_s: float = 20) -> PayTabs:
    """A client of this desk."""
    return PayTabs(
        profile_id=PROFILE,
        server_key=K2,
        base_url=desk.url + "/",
        timeouts=Timeouts(total_s=total_s),
        clock=time,
        sleep=time.sleep,
    )


async def test_a_hosted_page_is_asked_for_once_and_to_the_letter(desk: Desk, time: Time) -> None:
    """The request is the golden, and its answer is the page."""
    desk.say(golden("create-redirect.json"))
    async with client(desk, time) as paytabs:
        page = await paytabs.open_page(PAGE)
    assert isinstance(page, OpenedPage)
    assert [(asked.path, asked.body) for asked in desk.asked] == [("/payment/request", golden("request-page.json"))]


Operation = Callable[[PayTabs], Awaitable[object]]


@pytest.mark.parametrize(
    ("operation", "path", "body", "answer", "kind"),
    [
        (lambda p: p.capture(CAPTURE), "/payment/request", "request-capture", "follow-up-capture", Stated),
        (lambda p: p.charge(CHARGE), "/payment/request", "request-charge", "query-sale", Stated),
        (lambda p: p.charge(CHARGE), "/payment/request", "request-charge", "create-redirect", OpenedPage),
        (lambda p: p.query(CHARGE.saved_by), "/payment/query", "request-query", "query-sale", Stated),
        (lambda p: p.query(CHARGE.saved_by), "/payment/query", "request-query", "query-unused", type(None)),
        (lambda p: p.query_cart(PAGE.cart_id), "/payment/query", "request-query-cart", "query-cart", tuple),
        (lambda p: p.saved_card(TOKEN), "/payment/token", "request-token", "token-query", SavedCard),
        (lambda p: p.delete_saved_card(TOKEN), "/payment/token/delete", "request-token", "token-deleted", TokenDeleted),
        (lambda p: p.open_page(PAGE), "/payment/request", "request-page", "error-duplicate", Duplicate),
        (lambda p: p.open_page(PAGE), "/payment/request", "request-page", "error-currency", Refused),
    ],
)
async def test_every_operation_sends_its_golden_and_reads_its_answer(  # noqa: PLR0917 - one row of the table
    desk: Desk, time: Time, operation: Operation, path: str, body: str, answer: str, kind: type
) -> None:
    """Path, bytes and type of each answer, over a real socket."""
    desk.say(golden(f"{answer}.json"))
    async with client(desk, time) as paytabs:
        assert isinstance(await operation(paytabs), kind)
    assert [(asked.path, asked.body) for asked in desk.asked] == [(path, golden(f"{body}.json"))]


@pytest.mark.parametrize("name", ["capture", "void", "release", "refund", "extend"])
async def test_follow_ups_differ_in_their_type_alone(desk: Desk, time: Time, name: str) -> None:
    """Each names its type in the gateway's own word."""
    desk.say(golden("follow-up-refund-pending.json"))
    async with client(desk, time) as paytabs:
        stated = await getattr(paytabs, name)(CAPTURE)
    assert (stated.fact.kind, stated.fact.verdict) == (Kind.REFUND, Verdict.PENDING)
    word = "authext" if name == "extend" else name
    expected = golden("request-capture.json").replace(b'"capture"', f'"{word}"'.encode())
    assert desk.asked[0].body == expected


QUESTIONS: list[Operation] = [
    lambda p: p.query(CHARGE.saved_by),
    lambda p: p.query_cart(PAGE.cart_id),
    lambda p: p.saved_card(TOKEN),
]
DEEDS: list[Operation] = [
    lambda p: p.open_page(PAGE),
    lambda p: p.charge(CHARGE),
    lambda p: p.capture(CAPTURE),
    lambda p: p.void(CAPTURE),
    lambda p: p.release(CAPTURE),
    lambda p: p.refund(CAPTURE),
    lambda p: p.extend(CAPTURE),
    lambda p: p.delete_saved_card(TOKEN),
]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_question_is_repeated_once_after_a_pause(desk: Desk, time: Time, question: Operation) -> None:
    """Asking twice harms nobody; asking for ever does."""
    desk.say(b"<html>", status=502)
    async with client(desk, time) as paytabs:
        with pytest.raises(GatewayUnavailable):
            await question(paytabs)
    assert len(desk.asked) == QUESTION_TRIES
    assert time.slept == [QUESTION_PAUSE_S]


async def test_a_second_answer_is_taken(desk: Desk, time: Time) -> None:
    """One hiccup does not reach the caller."""
    desk.say(b"")
    desk.say(golden("query-sale.json"))
    async with client(desk, time) as paytabs:
        assert isinstance(await paytabs.query(CHARGE.saved_by), Stated)


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_deed_is_never_repeated(desk: Desk, time: Time, deed: Operation) -> None:
    """A refund whose answer is lost may have happened: sending it again may pay twice."""
    desk.say(b"<html>", status=502)
    async with client(desk, time) as paytabs:
        with pytest.raises(GatewayUnavailable):
            await deed(paytabs)
    assert len(desk.asked) == 1


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_deed_that_is_not_answered_in_time_is_unavailable(desk: Desk, time: Time, deed: Operation) -> None:
    """The wait is bounded, and the deed is not sent again."""
    desk.stay_silent()
    async with client(desk, time, total_s=0.1) as paytabs:
        with pytest.raises(GatewayUnavailable):
            await deed(paytabs)
    assert len(desk.asked) == 1


async def test_a_gateway_that_says_when_is_not_pressed(desk: Desk, time: Time) -> None:
    """Whoever is told to come back later hears it, and asks no second time now."""
    desk.say(b"slow down", status=429, Retry_After="17")
    async with client(desk, time) as paytabs:
        with pytest.raises(GatewayUnavailable) as caught:
            await paytabs.query_cart(PAGE.cart_id)
    assert (caught.value.retry_after_s, len(desk.asked)) == (17, 1)


async def test_a_refused_key_is_not_tried_again(desk: Desk, time: Time) -> None:
    """Only a person can help."""
    desk.say(golden("error-authentication.json"), status=401)
    async with client(desk, time) as paytabs:
        with pytest.raises(Misconfigured):
            await paytabs.query_cart(PAGE.cart_id)
    assert len(desk.asked) == 1


async def test_questions_keep_their_pace(desk: Desk, time: Time) -> None:
    """Five at once, then five a second: seven take 0.4 seconds."""
    desk.say(b"[]")
    async with client(desk, time) as paytabs:
        for _ in range(7):
            await paytabs.query_cart(PAGE.cart_id)
    assert time.now == pytest.approx(0.4)


async def test_the_documented_example_works(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What a developer copies from the documentation opens a page."""
    text = DOCUMENTATION.read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0].replace('region="SAU"', f'base_url="{desk.url}"')
    names: dict[str, Callable[[], Awaitable[None]]] = {}
    exec(code.removesuffix("asyncio.run(main())\n"), names)  # noqa: S102 - our own documentation
    desk.say(golden("create-redirect.json"))
    await names["main"]()
    assert "TST2623802990085 https://secure.paytabs.com/payment/wr/" in capsys.readouterr().out
    assert b'"cart_amount":129.90,' in desk.asked[0].body


async def test_a_given_session_stays_open(desk: Desk) -> None:
    """Who lends connections decides when they end."""
    desk.say(b"[]")
    async with open_session() as session:
        async with PayTabs(profile_id=1, server_key="K", base_url=desk.url, session=session) as paytabs:
            await paytabs.query_cart(PAGE.cart_id)
        assert not session.closed


async def test_closing_is_harmless_to_repeat(desk: Desk, time: Time) -> None:
    """Also for a client that never asked anything."""
    desk.say(b"[]")
    paytabs = client(desk, time)
    await paytabs.close()
    await paytabs.query_cart(PAGE.cart_id)
    await paytabs.close()
    await paytabs.close()


def test_a_client_never_shows_its_key() -> None:
    """Not in its representation, and not in that of anything it holds."""
    paytabs = PayTabs(profile_id=7, server_key="SECRETKEY", region="KWT")
    assert repr(paytabs) == "PayTabs(profile_id=7, base_url='https://secure-kuwait.paytabs.com')"
    assert "SECRETKEY" not in repr(vars(paytabs))


@pytest.mark.parametrize("where", [{}, {"region": "ARE", "base_url": "https://x.example"}, {"region": "XXX"}])
def test_a_client_needs_one_place_to_ask(where: dict[str, str]) -> None:
    """Two places would be a guess, none is a mistake."""
    with pytest.raises(Misconfigured):
        PayTabs(profile_id=1, server_key=Secret("K"), **where)  # type: ignore[arg-type]  # a table of bad arguments


def test_a_key_that_cannot_be_sent_is_said_at_once() -> None:
    """Not at the first payment."""
    with pytest.raises(Misconfigured):
        PayTabs(profile_id=1, server_key=" ", region="ARE")
