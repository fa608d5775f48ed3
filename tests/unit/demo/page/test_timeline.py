"""Both sides as one story: every voice in its lane, in the order in which things happened."""

from typing import Any

import msgspec

from wasl.demo.gateway_control import GatewayTransaction, Notification, Sent
from wasl.demo.page.timeline import Lane, Sides, Tone, timeline
from wasl.demo.wasl_api import Delivery, Payment, Piece

SALE = GatewayTransaction(
    tran_ref="TST1",
    type="Sale",
    status="A",
    code="G1",
    amount="57.90",
    currency="SAR",
    opened_at="2026-11-24T08:00:01Z",
    decided_at="2026-11-24T08:00:05Z",
    deliveries=(
        Notification(
            channel="callback",
            created_at="2026-11-24T08:00:05.500Z",
            attempts=(Sent(at="2026-11-24T08:00:06Z"), Sent(at="2026-11-24T08:00:16Z", answer="200")),
        ),
    ),
)
PAYMENT = Payment(
    id="pay_1",
    order_id="1042",
    state="paid",
    concern="none",
    amount="57.90",
    currency="SAR",
    paid="57.90",
    version=2,
    updated_at="2026-11-24T08:00:17Z",
    deliveries=(
        Delivery(version=1, state="open", created_at="2026-11-24T08:00:01Z"),
        Delivery(version=2, state="paid", created_at="2026-11-24T08:00:17Z"),
    ),
)


def entry(at: str, actor: str, event: str, **details: str) -> dict[str, Any]:
    """One line of the shop's log."""
    return {"at": f"2026-11-24T08:00:{at}Z", "actor": actor, "event": event, "details": details}


def order(*log: dict[str, Any], **columns: Any) -> dict[str, Any]:
    """An order as the shop shows it to programs."""
    plain = {"order_id": "1042", "status": "N", "amount": "57.90", "currency": "SAR", "by_hand": False}
    return {**plain, "placed_at": "2026-11-24T08:00:00Z", "log": list(log), **columns}


def piece(voice: str, at: str = "16.5", **said: Any) -> Piece:
    """One piece of evidence."""
    plain = {"kind": "sale", "status": "approved", "tran_ref": "TST1", "proved": True, "role": "takes"}
    money = {"amount": "57.90", "currency": "SAR"}
    return Piece(voice=voice, first_heard_at=f"2026-11-24T08:00:{at}Z", **{**plain, **money, **said})


def test_the_story_is_told_in_the_order_of_time() -> None:
    """Whoever tells it, an earlier event comes first."""
    shop = order(entry("00", "buyer", "placed"), entry("18", "wasl", "told", version="2", state="paid", target="P"))
    sides = Sides(payment=PAYMENT, pieces=(piece("callback"),), transactions=(SALE,))
    assert [(event.lane, event.text) for event in timeline(shop, sides)] == [
        (Lane.BUYER, "shop.placed"),
        (Lane.GATEWAY, "gateway.opened"),
        (Lane.GATEWAY, "gateway.decided.code"),
        (Lane.GATEWAY, "gateway.unanswered"),
        (Lane.GATEWAY, "gateway.sent"),
        (Lane.WASL, "wasl.heard.proof"),
        (Lane.WASL, "wasl.concluded"),
        (Lane.WASL, "shop.told"),
    ]


def test_a_lost_notification_is_told_though_nobody_sent_it() -> None:
    """A fault let it vanish: there is no attempt, only the gap where the callback should have been."""
    lost = Notification(channel="callback", created_at="2026-11-24T08:00:05.500Z", state="lost")
    shown = timeline(order(), Sides(transactions=(msgspec.structs.replace(SALE, deliveries=(lost,)),)))
    assert [(event.text, event.tone) for event in shown][-1] == ("gateway.lost", Tone.BAD)


def test_a_voice_heard_again_is_told_as_nothing_new() -> None:
    """A doubled callback stands in the story when it came, and changes nothing."""
    twice = piece("callback", "16", heard=2, last_heard_at="2026-11-24T08:00:17Z")
    first, again = timeline(order(), Sides(pieces=(twice,)))
    assert (first.text, again.text, again.values["heard"]) == ("wasl.heard.proof", "wasl.heard.again", "2")
    assert again.tone is Tone.PLAIN


def test_a_return_is_told_as_what_it_is() -> None:
    """It states no amount: a claim that hastens a question, in doubt until something proves it."""
    claim = piece("return", kind="unstated", amount=None, currency=None, proved=False, role="hastens")
    (event,) = timeline(order(), Sides(pieces=(claim,)))
    assert (event.text, event.tone) == ("wasl.heard.claim", Tone.DOUBT)


def test_a_change_of_status_says_what_the_answer_would_say_again() -> None:
    """One that changed something is not told twice; a refusal is told with its reason."""
    changed = entry("02", "shop", "answered", result="changed", status="P", reason="")
    refused = entry("03", "shop", "answered", result="refused", status="I", reason="a person has set it")
    shown = timeline(order(entry("01", "shop", "status", before="N", after="P"), changed, refused), Sides())
    assert [event.text for event in shown] == ["shop.status", "shop.answered"]
    assert shown[1].tone is Tone.BAD


def test_what_a_person_did_is_told_as_theirs() -> None:
    """A merchant's hand is not the engine's doing."""
    (event,) = timeline(order(entry("01", "merchant", "status", before="N", after="I")), Sides())
    assert (event.lane, event.text, event.tone) == (Lane.SHOP, "shop.status.by_hand", Tone.BAD)


def test_nothing_is_told_of_an_order_before_it_was_placed() -> None:
    """The gateway counts whole seconds, so its page seems to be opened before anybody has asked for it."""
    log = (entry("01.400", "buyer", "placed"), entry("01.450", "buyer", "left_for_page"))
    story = timeline(order(*log), Sides(transactions=(SALE,)))
    assert [event.text for event in story][:3] == ["shop.placed", "gateway.opened", "shop.left_for_page"]
