"""Who is calling: the store behind a bearer key."""

from http import HTTPStatus

from starlette.requests import Request

from wasl.domain.store import Store
from wasl.engine.connect import store_of_key
from wasl.engine.engine import Engine
from wasl.web.problems import Problem


async def calling_store(request: Request) -> Store:
    """The store whose key the request carries; raises a 401 problem otherwise."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    engine: Engine = request.app.state.engine
    store = await store_of_key(engine, key.strip()) if scheme.lower() == "bearer" else None
    if store is None:
        raise Problem(
            status=HTTPStatus.UNAUTHORIZED,
            type_="unauthorized",
            detail="send this store's key as 'Authorization: Bearer …'; `wasl store add` prints it once",
        )
    return store
