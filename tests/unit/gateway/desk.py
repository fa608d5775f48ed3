"""A gateway that says what the test tells it to, on a real loopback socket. It understands nothing."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Desk:
    """Answers are given in order, the last one for ever. `leaving` is set when the test is over."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Answer the next request with these bytes."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=body, status=status, headers=named, content_type="application/json")

        self.answers.append(answer)

    def stay_silent(self) -> None:
        """Take the next request and say nothing until the test is over."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            await self.leaving.wait()
            return web.Response()

        self.answers.append(answer)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note what came, and say what is next."""
        peer = request.transport.get_extra_info("peername") if request.transport else ("", 0)
        self.asked.append(
            Asked(
                method=request.method,
                path=request.path,
                headers={name.lower(): value for name, value in request.headers.items()},
                body=await request.read(),
                port=peer[1],
            )
        )
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


@asynccontextmanager
async def serving(ssl_context: SSLContext | None = None) -> AsyncIterator[Desk]:
    """A desk on a free port, closed at the end."""
    desk = Desk()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", desk.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl_context)
    await site.start()
    host, port = runner.addresses[0][:2]
    desk.url = f"{'https' if ssl_context else 'http'}://{host}:{port}"
    try:
        yield desk
    finally:
        desk.leaving.set()
        await runner.cleanup()
