"""The OpenAPI document of the PT2 endpoints and the control API, from the types the control API is made of."""

from functools import cache
from http import HTTPStatus
from typing import Any, Final

import msgspec

from wasl.emulator.configuring import Advance, Ipn, NewProfile
from wasl.emulator.control import Act, Pay
from wasl.emulator.dashboard import ACTIONS
from wasl.emulator.faults import Faults
from wasl.emulator.fields import TEXT_MAX, WHOLE_MAX
from wasl.emulator.methods import METHODS
from wasl.emulator.money import DECIMALS
from wasl.emulator.reading import CART_ID_MAX, DESCRIPTION_MAX, FOLLOWING, OPENING
from wasl.emulator.switches import SAYS, Switches

Schema = dict[str, Any]
TEXT: Final[Schema] = {"type": "string"}
OBJECT: Final[Schema] = {"type": "object"}
PROFILE_ID: Final[Schema] = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": WHOLE_MAX},
        {"type": "string", "pattern": "^[1-9][0-9]{0,14}$"},
    ]
}
REQUIRED: Final = ("tran_type", "tran_class", "cart_id", "cart_description", "cart_currency", "cart_amount")


@cache
def document() -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Offline PayTabs gateway",
                "version": "1",
                "description": "The PT2 API as merchants call it, and the control API that plays everybody else.",
            },
            "paths": {**_payment_paths(), **_control_paths()},
            "components": {
                "schemas": _schemas(),
                "securitySchemes": {
                    "serverKey": {"type": "apiKey", "in": "header", "name": "Authorization"},
                    "token": {"type": "http", "scheme": "bearer"},
                },
            },
        }
    )


def _payment_paths() -> Schema:
    listed = {"type": "array", "items": _ref("Transaction")}
    by_switch = _ref("Refusal")
    return {
        "/payment/request": _pt2(
            "Ask for a hosted page, charge a saved card, or act on an earlier transaction",
            _ref("PaymentRequest"),
            {"anyOf": [_ref("OpenedPage"), _ref("Transaction"), by_switch]},
        ),
        "/payment/query": _pt2(
            "One transaction by its reference, or all of a cart",
            _ref("Query"),
            {"anyOf": [_ref("Transaction"), listed, by_switch]},
        ),
        "/payment/token": _pt2(
            "The card a token stands for", _ref("TokenRequest"), {"anyOf": [_ref("SavedCard"), by_switch]}
        ),
        "/payment/token/delete": _pt2("Forget a saved card", _ref("TokenRequest"), by_switch),
    }


def _control_paths() -> Schema:
    page, transaction = "/_control/pages/{tran_ref}", "/_control/transactions/{tran_ref}"
    ref = {"name": "tran_ref", "in": "path", "required": True, "schema": TEXT}
    action = {"name": "action", "in": "path", "required": True, "schema": {"enum": sorted(ACTIONS)}}
    searched = [{"name": name, "in": "query", "schema": TEXT} for name in ("cart_id", "tran_ref")]
    found = (404, 409, 422)
    return {
        f"{page}/pay": _control("post", "The buyer pays", "PageOutcome", takes="Pay", parameters=[ref], refuses=found),
        f"{page}/cancel": _control("post", "The buyer cancels", "PageOutcome", parameters=[ref], refuses=found),
        f"{page}/close": _control("post", "The buyer closes the tab", "PageOutcome", parameters=[ref], refuses=found),
        f"{page}/expire": _control("post", "The page's life ends", "PageOutcome", parameters=[ref], refuses=found),
        f"{page}/faults": _control(
            "put", "What goes wrong with this page", "Faults", takes="Faults", parameters=[ref], refuses=(404, 422)
        ),
        f"{transaction}/{{action}}": _control(
            "post", "Act behind the counter", "View", takes="Act", parameters=[ref, action], refuses=found
        ),
        "/_control/transactions": _control("get", "What the gateway knows", "Views", parameters=searched),
        "/_control/faults": _control("get", "What may go wrong", "Faults")
        | _control("put", "Let things go wrong", "Faults", takes="Faults", refuses=(422,)),
        "/_control/switches": _control("get", "How the gateway behaves", "SwitchBoard")
        | _control("put", "Set switches", "SwitchBoard", takes="Switches", refuses=(422,)),
        "/_control/ipn": _control("put", "Configure notifications", "Ipn", takes="Ipn", refuses=(404, 422)),
        "/_control/profiles": _control("get", "All profiles", "Views")
        | _control("post", "A further profile", "View", takes="NewProfile", refuses=(409, 422), status=201),
        "/_control/clock": _control("get", "The gateway's time", "Time")
        | _control("post", "Let time pass", "Time", takes="Advance", refuses=(422,)),
        "/_control/reset": _control("post", "Forget everything", "Time"),
    }


def _pt2(summary: str, takes: Schema, answers: Schema) -> Schema:
    refusal = _answer("The gateway refuses", _ref("Refusal"))
    broken = {**refusal, "content": {**refusal["content"], "text/html": {"schema": TEXT}}}
    return {
        "post": {
            "summary": summary,
            "security": [{"serverKey": []}],
            "requestBody": {"required": True, "content": {"application/json": {"schema": takes}}},
            "responses": {
                "200": _answer("What the gateway says", answers),
                **{str(status): refusal for status in (400, 401, 409, 413, 503)},
                "500": refusal,
                "502": broken,
            },
        }
    }


def _control(
    method: str,
    summary: str,
    answers: str,
    *,
    takes: str = "",
    parameters: list[Schema] | None = None,
    refuses: tuple[int, ...] = (),
    status: int = 200,
) -> Schema:
    refusals = (*refuses, *((400, 413) if takes else ()))
    operation: Schema = {
        "summary": summary,
        "security": [{}, {"token": []}],
        "parameters": parameters or [],
        "responses": {
            str(status): _answer(summary, _ref(answers)),
            **{str(refused): _problem(refused) for refused in refusals},
        },
    }
    if takes:
        needed = takes in ("Advance", "Ipn", "NewProfile")
        operation["requestBody"] = {"required": needed, "content": {"application/json": {"schema": _ref(takes)}}}
    return {method: operation}


def _answer(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problem(status: int) -> Schema:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> Schema:
    types = (Pay, Act, Ipn, NewProfile, Advance, Faults, Switches)
    _, control = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    for name, said in SAYS.items():
        control["Switches"]["properties"][name]["description"] = said
    for name, known in (("currencies", DECIMALS), ("methods", METHODS)):
        control["NewProfile"]["properties"][name] = {"type": "array", "minItems": 1, "items": {"enum": sorted(known)}}
    return {
        **control,
        **_payment_schemas(),
        "PageOutcome": _object("tran_ref", "status", "code", "type", "return", "page"),
        "View": OBJECT,
        "Views": OBJECT,
        "SwitchBoard": _object("values", "defaults", "about"),
        "Time": _object("now", "ahead_s"),
        "Problem": _object("type", "title", "status", "detail"),
    }


def _payment_schemas() -> Schema:
    short = {"type": "string", "minLength": 1, "maxLength": CART_ID_MAX}
    written = {"type": "string", "pattern": "^[1-9][0-9]{0,8}([.][0-9]{1,9})?$"}
    amount = {"anyOf": [{"type": "number", "minimum": 0.01, "maximum": 9_999_999_999.99}, written]}
    return {
        "PaymentRequest": {
            "type": "object",
            "required": ["profile_id", *REQUIRED],
            "properties": {
                "profile_id": PROFILE_ID,
                "tran_type": {"enum": [*OPENING, *FOLLOWING]},
                "tran_class": {"enum": ["ecom", "moto", "recurring"]},
                "cart_id": short,
                "cart_description": {"type": "string", "minLength": 1, "maxLength": DESCRIPTION_MAX},
                "cart_currency": {"enum": sorted(DECIMALS)},
                "cart_amount": amount,
            },
        },
        "Query": {
            "type": "object",
            "required": ["profile_id"],
            "properties": {"profile_id": PROFILE_ID, "tran_ref": short, "cart_id": short},
            "oneOf": [{"required": ["tran_ref"]}, {"required": ["cart_id"]}],
        },
        "TokenRequest": {
            "type": "object",
            "required": ["profile_id", "token"],
            "properties": {
                "profile_id": PROFILE_ID,
                "token": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
            },
        },
        "OpenedPage": _object("tran_ref", "tran_type", "cart_id", "cart_amount", "tran_total", "redirect_url", "trace"),
        "Transaction": _object("tran_ref", "tran_type", "cart_id", "cart_amount", "tran_currency", "tran_total"),
        "SavedCard": _object("tran_ref", "payment_info", "customer_details"),
        "Refusal": _object("message", "trace"),
    }


def _object(*required: str) -> Schema:
    return {"type": "object", "required": list(required)}
