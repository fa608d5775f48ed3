"""Serves an ASGI application on a real loopback socket for a test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


@asynccontextmanager
async def serving(application: Any, *, http: Any = "httptools") -> AsyncIterator[str]:
    """The base URL of *application* while the block runs."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, http=http, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    server.config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup([listener])
    loop = asyncio.create_task(server.main_loop())
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await loop
        await server.shutdown([listener])
