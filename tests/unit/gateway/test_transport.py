"""The only socket: bounded, checked, and silent about what it carries."""

import asyncio
import ssl
import traceback
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from unit.gateway.desk import Desk, serving
from wasl.domain.secret import Secret
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway.transport import ANSWER_BYTES_MAX, Reply, Timeouts, header_of, open_session, post
from wire.gateway.goldens import K2

QUICK = Timeouts(connect_s=0.3, total_s=0.3)
PATIENT = Timeouts(connect_s=5, total_s=20)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A pool as the client opens it."""
    async with open_session() as session:
        yield session


async def ask(session: aiohttp.ClientSession, url: str, timeouts: Timeouts = PATIENT) -> Reply:
    """One request with the key of the vectors."""
    return await post(session, f"{url}/payment/query", b'{"profile_id":1}', server_key=K2, timeouts=timeouts)


async def test_a_request_is_what_the_gateway_documents(desk: Desk, session: aiohttp.ClientSession) -> None:
    """A POST with the raw key, JSON, and nothing about the machine it came from."""
    desk.say(b"{}")
    assert await ask(session, desk.url) == Reply(status=200, body=b"{}")
    (asked,) = desk.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/payment/query", b'{"profile_id":1}')
    assert asked.headers["authorization"] == K2.reveal()
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"] == "Wasl"


async def test_connections_are_used_again(desk: Desk, session: aiohttp.ClientSession) -> None:
    """A TLS handshake for every question would cost more than the question."""
    desk.say(b"{}")
    for _ in range(3):
        await ask(session, desk.url)
    assert len({asked.port for asked in desk.asked}) == 1


async def test_any_status_is_a_reply(desk: Desk, session: aiohttp.ClientSession) -> None:
    """What a status means is not the socket's business."""
    desk.say(b"<html>", status=502, Retry_After="7")
    assert await ask(session, desk.url) == Reply(status=502, body=b"<html>", retry_after_s=7)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("9999999", 600), ("-1", 0), ("soon", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("9" * 400, 600), ("", 0)],
)
async def test_retry_after_is_bounded(desk: Desk, session: aiohttp.ClientSession, header: str, seconds: float) -> None:
    """Nobody can be told to wait for ever."""
    desk.say(b"", status=503, Retry_After=header)
    assert (await ask(session, desk.url)).retry_after_s == seconds


async def test_redirects_are_not_followed(desk: Desk, session: aiohttp.ClientSession) -> None:
    """A key goes where it was meant to go and nowhere else."""
    desk.say(b"", status=307, Location="/elsewhere")
    assert (await ask(session, desk.url)).status == 307
    assert [asked.path for asked in desk.asked] == ["/payment/query"]


@pytest.mark.timeout(5)
async def test_a_silent_gateway_is_given_up(desk: Desk, session: aiohttp.ClientSession) -> None:
    """The whole wait is bounded."""
    desk.stay_silent()
    with pytest.raises(GatewayUnavailable):
        await ask(session, desk.url, QUICK)


@pytest.mark.timeout(5)
async def test_a_body_that_never_ends_is_given_up(desk: Desk, session: aiohttp.ClientSession) -> None:
    """Neither does a body that comes in drops reset the clock."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b" ")
        await desk.leaving.wait()
        return response

    desk.answers.append(drip)
    with pytest.raises(GatewayUnavailable):
        await ask(session, desk.url, QUICK)


async def test_a_huge_answer_is_refused(desk: Desk, session: aiohttp.ClientSession) -> None:
    """One megabyte is read, no more; just so much is still an answer."""
    desk.say(b" " * ANSWER_BYTES_MAX)
    desk.say(b" " * (ANSWER_BYTES_MAX + 1))
    assert len((await ask(session, desk.url)).body) == ANSWER_BYTES_MAX
    with pytest.raises(GatewayUnavailable, match="larger"):
        await ask(session, desk.url)


async def test_a_compressed_flood_is_refused(desk: Desk, session: aiohttp.ClientSession) -> None:
    """A few kilobytes that unpack to a hundred megabytes stay unpacked."""
    desk.say(zlib.compress(b" " * 100 * 1024 * 1024), Content_Encoding="deflate")
    with pytest.raises(GatewayUnavailable):
        await ask(session, desk.url)


async def raw_server(answer: bytes) -> tuple[asyncio.Server, str]:
    """A server below HTTP that says *answer* to whatever it hears, and hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    ],
    ids=["hangs up", "no HTTP", "cut short", "bad chunk", "bad gzip"],
)
async def test_a_broken_answer_is_a_lost_answer_and_shows_no_key(session: aiohttp.ClientSession, answer: bytes) -> None:
    """Whatever went wrong, neither the error nor anything chained to it holds the key."""
    server, url = await raw_server(answer)
    async with server:
        with pytest.raises(GatewayUnavailable) as caught:
            await ask(session, url)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert K2.reveal() not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_nobody_listening_is_unavailable(session: aiohttp.ClientSession) -> None:
    """A refused connection is no misconfiguration: the gateway may be restarting."""
    server, url = await raw_server(b"")
    server.close()
    await server.wait_closed()
    with pytest.raises(GatewayUnavailable, match="did not answer"):
        await ask(session, url)


def own_certificate(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody but its owner vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "own.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


async def test_certificates_are_checked(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """Nobody between us and the gateway gets the key: an unknown certificate ends the call before it is sent."""
    async with serving(own_certificate(tmp_path)) as desk:
        desk.say(b"{}")
        with pytest.raises(GatewayUnavailable, match="Certificate"):
            await ask(session, desk.url)
        assert desk.asked == []


def test_a_key_is_sent_without_the_blanks_it_was_pasted_with() -> None:
    """A line end in a header is refused by every client, with an error nobody understands."""
    assert header_of(Secret(f"  {K2.reveal()}\r\n")) == K2.reveal()


@pytest.mark.parametrize("key", ["", "  ", "SJKL\nMNOP-X", "مفتاح", "SJKL\x00"])
def test_what_can_be_no_key_is_said_without_showing_it(key: str) -> None:
    """The merchant learns that the key is wrong; the log does not learn the key."""
    with pytest.raises(Misconfigured) as caught:
        header_of(Secret(key))
    assert not key.strip() or key.strip() not in str(caught.value)


def test_a_reply_never_shows_its_body() -> None:
    """Bodies hold names and addresses."""
    assert "secret" not in repr(Reply(status=200, body=b"secret"))
