"""What can be done about a transaction that exists (PayTabs reference §3.1)."""

from dataclasses import dataclass

from wasl.domain.evidence import CartId, TranRef
from wasl.domain.money import Money
from wasl.gateway.text import description_of
from wasl.gateway.wire.exact import amount_out
from wasl.gateway.wire.requests import PaymentRequest, PluginInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Something to do about *transaction*: the authorisation, or for a refund the sale or capture (§3.1).

    `cart_id` should be the original's, or a query by cart does not list it. `amount` may be a part of what remains.
    """

    transaction: TranRef
    cart_id: CartId
    amount: Money
    reason: str = ""


def follow_up_request(
    profile_id: int, tran_type: str, what: FollowUp, *, plugin: PluginInfo | None = None
) -> PaymentRequest:
    """The body that asks for it. All cart fields are required again."""
    return PaymentRequest(
        profile_id=profile_id,
        tran_type=tran_type,
        tran_class="ecom",
        cart_id=what.cart_id,
        cart_description=description_of(what.reason, what.cart_id),
        cart_currency=what.amount.currency.code,
        cart_amount=amount_out(what.amount),
        tran_ref=what.transaction,
        plugin_info=plugin,
    )
