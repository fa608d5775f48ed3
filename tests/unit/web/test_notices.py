"""Notifications over a real socket: the answer tells the gateway whether to send them again."""

from collections.abc import AsyncIterator

import pytest

from builders import fact
from unit.web.conftest import Site
from wasl.domain.evidence import CartId
from worlds import SIGNED

CALLBACK = "/paytabs/st_web/callback"


async def post(site: Site, body: bytes, *, signature: str | None = SIGNED, path: str = CALLBACK) -> int:
    """The HTTP status a notification gets."""
    headers = {"Content-Type": "application/json", **({"Signature": signature} if signature else {})}
    async with site.http.post(path, data=body, headers=headers) as answer:
        await answer.read()
        return answer.status


@pytest.mark.requirement("R2")
async def test_200_means_that_it_is_kept(site: Site) -> None:
    """Also the second time, and also for a cart nobody knows."""
    payment = await site.order()
    site.w.gateway.facts = {
        b"ours": fact(cart_id=CartId(payment["attempts"][0]["cart_id"])),
        b"nobodys": fact("TST9", cart_id=CartId("unknown")),
    }
    assert [await post(site, body) for body in (b"ours", b"ours", b"nobodys")] == [200, 200, 200]
    _, shown = await site.call("GET", f"/v1/payments/{payment['id']}")
    assert shown["state"] == "paid"


@pytest.mark.parametrize("signature", [None, "forged"])
async def test_401_for_what_is_not_proved(site: Site, signature: str | None) -> None:
    """Never 403, which would stop the gateway for ever."""
    assert await post(site, b"{}", signature=signature) == 401


async def test_404_only_for_a_store_that_is_not_there(site: Site) -> None:
    """A known store never answers it."""
    assert await post(site, b"{}", path="/paytabs/st_nobody/callback") == 404


async def test_413_for_what_is_larger_than_any_notification(site: Site) -> None:
    """Said before it is read, or as soon as it is too much."""
    assert await post(site, b"x" * 65_537) == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1_000

    async with site.http.post(CALLBACK, data=endless(), headers={"Signature": SIGNED}) as answer:
        assert answer.status == 413


async def test_ipn_and_callback_are_two_voices(site: Site) -> None:
    """Each remembered as what it is."""
    payment = await site.order()
    site.w.gateway.facts[b"ours"] = fact(cart_id=CartId(payment["attempts"][0]["cart_id"]))
    await post(site, b"ours")
    await post(site, b"ours", path="/paytabs/st_web/ipn")
    _, evidence = await site.call("GET", f"/v1/payments/{payment['id']}/evidence")
    assert {piece["voice"] for piece in evidence["items"]} == {"callback", "ipn"}


@pytest.mark.requirement("R2", "R3")
async def test_503_when_nothing_can_be_kept(site: Site) -> None:
    """So that the gateway sends it again."""
    site.w.gateway.facts[b"ours"] = fact()
    assert await post(site, b"ours") == 200
    await site.w.engine.ledger.close()
    assert await post(site, b"ours") == 503


@pytest.mark.parametrize("path", ["/paytabs/st_web/callback/", "/paytabs/st_web/ipn/"])
async def test_a_slash_too_many_loses_nothing(site: Site, path: str) -> None:
    """A 404 would make the gateway give up for ever."""
    site.w.gateway.facts[b"ours"] = fact(cart_id=CartId("unknown"))
    assert await post(site, b"ours", path=path) == 200


@pytest.mark.parametrize("path", ["/paytabs/callback", "/paytabs/a/b/callback", "/paytabs/st_web//callback"])
async def test_an_address_that_is_none_is_404(site: Site, path: str) -> None:
    """And no fault."""
    assert await post(site, b"{}", path=path) == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_another_method_is_never_refused_for_ever(site: Site, method: str) -> None:
    """Without a body it proves nothing, but it is never 405."""
    async with site.http.request(method, CALLBACK) as answer:
        assert answer.status in (400, 401)
