"""A store to its row and back: settings as JSON, keys sealed."""

from typing import Final

import msgspec

from wasl.domain.money import CURRENCIES
from wasl.domain.outcome import State
from wasl.domain.secret import Secret
from wasl.domain.store import AUTH_DAYS, HOLD_DAYS, AutoRefund, LateMoney, Profile, Receiver, RetiredKey, Store, StoreId
from wasl.domain.time import Instant
from wasl.ledger.codec import Row
from wasl.ledger.seal import Seal

STORE_PURPOSE: Final = "store"


class _Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything about a store that is no secret."""

    platform: str
    base_url: str
    profile_id: int
    currency: str
    cart_prefix: str
    store_url: str = ""
    webhook_url: str = ""
    status_map: dict[str, str] = {}
    tran_type: str = "sale"
    page_minutes: int = 20
    theme_id: int | None = None
    methods: tuple[str, ...] = ()
    hide_shipping: bool = False
    alt_currency: str = ""
    language: str = "auto"
    live: bool = False
    late_money: str = LateMoney.ACCEPT.value
    hold_days: int = HOLD_DAYS
    alert_url: str = ""
    auto_refund: tuple[str, ...] = ()
    auto_refund_ceiling: int = 0
    auth_days: int = AUTH_DAYS
    notify: tuple[str, ...] = tuple(one.value for one in Receiver)


class _Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """A store's keys, before they are sealed."""

    server_key: str
    signing_secret: str
    retired_keys: tuple[tuple[str, int], ...] = ()


def store_row(store: Store, api_key_digest: str, seal: Seal) -> Row:
    """One row of `stores`."""
    settings = _Settings(
        platform=store.platform,
        base_url=store.profile.base_url,
        profile_id=store.profile.profile_id,
        currency=store.currency.code,
        cart_prefix=store.cart_prefix,
        store_url=store.store_url,
        webhook_url=store.webhook_url,
        status_map={state.value: status for state, status in store.status_map.items()},
        tran_type=store.tran_type,
        page_minutes=store.page_minutes,
        theme_id=store.theme_id,
        methods=store.methods,
        hide_shipping=store.hide_shipping,
        alt_currency=store.alt_currency,
        language=store.language,
        live=store.live,
        late_money=store.late_money.value,
        hold_days=store.hold_days,
        alert_url=store.alert_url,
        auto_refund=tuple(one.value for one in store.auto_refund),
        auto_refund_ceiling=store.auto_refund_ceiling,
        auth_days=store.auth_days,
        notify=tuple(one.value for one in store.notify),
    )
    secrets = _Secrets(
        server_key=store.profile.server_key.reveal(),
        signing_secret=store.signing_secret.reveal(),
        retired_keys=tuple((old.key.reveal(), old.until) for old in store.profile.retired_keys),
    )
    return (
        store.store_id,
        store.name,
        msgspec.json.encode(settings).decode(),
        seal.seal(msgspec.json.encode(secrets), STORE_PURPOSE),
        profile_key(store.profile),
        store.questions_per_s,
        0,
        api_key_digest,
        store.created_at,
        store.archived_at,
        store.created_at,  # the first comparison comes a day later
        0,
    )


def profile_key(profile: Profile) -> str:
    """What stores of one profile have in common."""
    return f"{profile.base_url} {profile.profile_id}"


def store_from(row: Row, seal: Seal) -> Store:
    """One store from its row; raises Misconfigured if its keys were sealed with a key we do not have."""
    settings = msgspec.json.decode(row[2], type=_Settings)
    secrets = msgspec.json.decode(seal.open(bytes(row[3]), STORE_PURPOSE), type=_Secrets)
    return Store(
        store_id=StoreId(row[0]),
        name=row[1],
        platform=settings.platform,
        profile=Profile(
            base_url=settings.base_url,
            profile_id=settings.profile_id,
            server_key=Secret(secrets.server_key),
            retired_keys=tuple(RetiredKey(key=Secret(k), until=Instant(until)) for k, until in secrets.retired_keys),
        ),
        currency=CURRENCIES[settings.currency],
        cart_prefix=settings.cart_prefix,
        signing_secret=Secret(secrets.signing_secret),
        questions_per_s=row[5],
        created_at=Instant(row[8]),
        archived_at=row[9],
        store_url=settings.store_url,
        webhook_url=settings.webhook_url,
        status_map={State(state): status for state, status in settings.status_map.items()},
        tran_type=settings.tran_type,
        page_minutes=settings.page_minutes,
        theme_id=settings.theme_id,
        methods=settings.methods,
        hide_shipping=settings.hide_shipping,
        alt_currency=settings.alt_currency,
        language=settings.language,
        live=settings.live,
        late_money=LateMoney(settings.late_money),
        hold_days=settings.hold_days,
        alert_url=settings.alert_url,
        auto_refund=tuple(AutoRefund(one) for one in settings.auto_refund),
        auto_refund_ceiling=settings.auto_refund_ceiling,
        auth_days=settings.auth_days,
        notify=tuple(Receiver(one) for one in settings.notify),
    )
