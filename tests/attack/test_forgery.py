"""What is not the gateway's word proves nothing; what is, said a thousand times, is one fact."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from attack.service import until
from attack.site import PROFILE_ID, Client, Notice, Site, signed
from wasl.emulator import configuring

pytestmark = pytest.mark.timeout(60)
OTHER_PROFILE: Final = 50001
OTHER_KEY: Final = "SOTHER0000-OTHER00000-OTHER00000"


async def one_paid(site: Site, client: Client, order_id: str = "1001") -> Notice:
    return (await site.paid(client, [order_id]))[0]


async def test_what_is_not_proved_changes_no_order(site: Site, client: Client) -> None:
    """Wrong key, no signature, another body's, a changed amount: each 401, and the truth is asked for instead."""
    notice = await one_paid(site, client)
    cheaper = notice.body.replace(b"100.00", b"1.00")
    assert cheaper != notice.body
    attempts = {
        "wrong key": (notice.body, signed(notice.body, "SWRONG0000-WRONG00000-WRONG00000")),
        "unsigned": (notice.body, None),
        "of another body": (cheaper, notice.signature),
        "no signature at all": (notice.body, "not hexadecimal"),
        "empty key": (notice.body, signed(notice.body, "")),
    }
    for name, (body, signature) in attempts.items():
        assert await site.post(notice.url, body, signature) == 401, name
    await site.sees(client, notice.payment_id, "paid")
    voices = {one["voice"] for one in await site.evidence(client, notice.payment_id)}
    assert voices == {"query"}
    assert site.questions(notice.cart_id) == 1, "a flood of forgeries hastens one question a minute"


async def test_a_word_about_another_profile_is_not_ours(site: Site, client: Client) -> None:
    """Authentic for a second profile with the same key, or sent to the wrong store: refused, and no order moves."""
    configuring.add_profile(site.emulator, {"profile_id": OTHER_PROFILE, "server_key": OTHER_KEY})
    other = await site.connect("/other", key=OTHER_KEY, profile_id=OTHER_PROFILE)
    ours, theirs = await one_paid(site, client), await one_paid(site, other, "2001")
    assert await site.post(ours.url, theirs.body, theirs.signature) == 401
    assert await site.post(theirs.url, ours.body, ours.signature) == 401
    swapped = ours.body.replace(str(PROFILE_ID).encode(), str(OTHER_PROFILE).encode())
    assert await site.post(ours.url, swapped, signed(swapped)) == 401
    assert {await site.send(ours), await site.send(theirs)} == {200}
    for who, notice in ((client, ours), (other, theirs)):
        payment = await site.payment(who, notice.payment_id)
        assert (payment["state"], payment["paid"]) == ("paid", "100.00")


async def test_one_word_a_thousand_times_is_one_fact(either: Site) -> None:
    """Replayed from many connections: every time 200, one piece of evidence, one new version, one telling."""
    client = await either.connect()
    notice = await one_paid(either, client)
    answers = Counter(await asyncio.gather(*(either.send(notice) for _ in range(1_000))))
    assert answers == {200: 1_000}
    pieces = await either.evidence(client, notice.payment_id)
    assert [(one["voice"], one["heard"]) for one in pieces] == [("callback", 1_000)]
    payment = await either.payment(client, notice.payment_id)
    assert (payment["state"], payment["version"], payment["paid"]) == ("paid", 2, "100.00")
    await until(lambda: either.shop.told, "the shop is told")
    assert [one.message_id for one in either.shop.told] == [f"{notice.payment_id}.2"]
    assert either.shop.told[0].is_signed_with(client.signing_secret)


ODD_BODIES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "two values": lambda body: body + body,
    "trailing comma": lambda body: body + b",",
    "byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "NUL inside": lambda body: body[:5] + b"\0" + body[5:],
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "cut off": lambda body: body[: len(body) // 2],
    "not UTF-8": lambda body: body.replace(b"Order", b"\xff\xfe\xfa"),
    "an array": lambda body: b"[" + body + b"]",
    "deep": lambda _body: b"[" * 30_000,
    "a lone surrogate": lambda body: body.replace(b"Order", b"\\ud800"),
    "empty": lambda _body: b"",
}


async def test_odd_bodies_are_never_an_error_of_ours(either: Site) -> None:
    """Whatever is signed and however it is spelled: 200 or 400, never a 5xx, and the order is what the gateway says."""
    client = await either.connect()
    notice = await one_paid(either, client)
    for odd, change in ODD_BODIES.items():
        body = change(notice.body)
        assert await either.post(notice.url, body, signed(body)) in (200, 400), odd
        assert await either.post(notice.url, body, "00" * 32) in (400, 401), odd
    assert await either.send(notice) == 200
    payment = await either.payment(client, notice.payment_id)
    assert (payment["state"], payment["paid"], payment["concern"]) == ("paid", "100.00", "none")
    assert not either.service.crashed


async def test_nobody_elses_store_answers(either: Site) -> None:
    """Unknown stores and paths that are nearly right are 404, whatever is in them."""
    client = await either.connect()
    notice = await one_paid(either, client)
    for path in (
        "st_unknown/callback",
        "%00/callback",
        "a/b/callback",
        "/callback",
        "%F0%9F%92%A3/ipn",
        "'--/callback",
    ):
        url = f"{either.service.url}/paytabs/{path}"
        assert await either.post(url, notice.body, notice.signature) == 404, path
    assert await either.send(replace(notice, url=notice.url.replace("callback", "ipn"))) == 200
    assert not either.service.crashed
