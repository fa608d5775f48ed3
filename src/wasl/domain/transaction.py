"""All statements about one `tran_ref`, joined into what is known of that transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from wasl.domain.evidence import RANK, CartId, Evidence, Fact, FactIdentity, Kind, TranRef, Verdict, identity, merged
from wasl.domain.money import Money
from wasl.domain.time import Instant

# Where equally high statements name different kinds, the one that claims less money stands.
_CAUTION: Final = (
    Kind.UNRECOGNIZED,
    Kind.REGISTER,
    Kind.PAYMENT_REQUEST,
    Kind.RELEASE,
    Kind.VOID,
    Kind.AUTH,
    Kind.REFUND,
    Kind.CAPTURE,
    Kind.SALE,
    Kind.UNSTATED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What is known of one transaction. `amount` and `moved` are None if no exact statement exists.

    `unclear` says that it was also stated under a type that this version does not know: a person should look, and the
    money stays what the types it knows make of it.
    """

    tran_ref: TranRef
    kind: Kind
    verdict: Verdict
    cart_id: CartId
    amount: Money | None
    moved: Money | None
    previous_ref: TranRef | None
    at: Instant | None
    code: str
    message: str
    method: str
    operation: str
    contradicted: bool
    unclear: bool


def transactions(evidence: Iterable[Evidence]) -> dict[TranRef, Transaction]:
    """Every transaction that *evidence* speaks of. Order and repetition make no difference.

    The buyer's return states neither kind nor amount, so it is no statement about money and is left out.
    """
    statements: dict[TranRef, list[Fact]] = defaultdict(list)
    for piece in evidence:
        if piece.fact.kind is not Kind.UNSTATED:
            statements[piece.fact.tran_ref].append(piece.fact)
    return {ref: _join(_distinct(facts)) for ref, facts in sorted(statements.items())}


def _distinct(facts: list[Fact]) -> tuple[Fact, ...]:
    """Each fact once, with the details of all voices that stated it."""
    if len(facts) == 1:
        return (facts[0],)
    known: dict[FactIdentity, Fact] = {}
    for fact in facts:
        name = identity(fact)
        known[name] = merged(known[name], fact) if name in known else fact
    return tuple(known.values())


def _join(facts: tuple[Fact, ...]) -> Transaction:
    """Statuses join upwards; whatever else the highest statements disagree on is a contradiction, never a pick."""
    if len(facts) == 1:
        return _alone(facts[0])
    top = max(RANK[fact.verdict] for fact in facts)
    leading = [fact for fact in facts if RANK[fact.verdict] == top]
    known = [fact for fact in leading if fact.kind is not Kind.UNRECOGNIZED]
    kind = min((fact.kind for fact in known or leading), key=_CAUTION.index)
    spoken = sorted((f for f in leading if f.kind is kind), key=repr)
    chosen = reduce(merged, facts, spoken[0])
    return Transaction(
        tran_ref=chosen.tran_ref,
        kind=kind,
        verdict=spoken[0].verdict,
        cart_id=max(fact.cart_id for fact in spoken),
        amount=_stated(fact.amount for fact in spoken),
        moved=_stated(fact.moved for fact in spoken),
        previous_ref=chosen.previous_ref,
        at=reduce(merged, leading).at,
        code=reduce(merged, spoken).code,
        message=reduce(merged, spoken).message,
        method=chosen.method,
        operation=chosen.operation,
        contradicted=_contradict(facts, leading) or _money_or_card_check(known),
        unclear=0 < len(known) < len(leading),
    )


def _stated(amounts: Iterable[Money | None]) -> Money | None:
    """The amount that is stated; where several are, which is a contradiction, the one that claims least."""
    return min((one for one in amounts if one is not None), key=lambda m: (m.currency.code, m.minor), default=None)


def _alone(fact: Fact) -> Transaction:
    """What most transactions are: one statement, with which nothing can disagree."""
    return Transaction(
        tran_ref=fact.tran_ref,
        kind=fact.kind,
        verdict=fact.verdict,
        cart_id=fact.cart_id,
        amount=fact.amount,
        moved=fact.moved,
        previous_ref=fact.previous_ref,
        at=fact.at,
        code=fact.code,
        message=fact.message,
        method=fact.method,
        operation=fact.operation,
        contradicted=False,
        unclear=False,
    )


def _contradict(facts: tuple[Fact, ...], leading: list[Fact]) -> bool:
    """Whether the statements name different carts, amounts or currencies; types and statuses contradict nothing."""
    carts = {fact.cart_id for fact in facts if fact.cart_id}
    amounts = {fact.amount for fact in facts if fact.amount is not None}
    totals = {fact.moved for fact in leading if fact.moved is not None}
    return len(carts) > 1 or len(amounts) > 1 or len(totals) > 1


def _money_or_card_check(leading: Iterable[Fact]) -> bool:
    """Whether one transaction is stated as a payment and as the check of a card: nobody can tell if money moved."""
    kinds = {fact.kind for fact in leading}
    return Kind.REGISTER in kinds and len(kinds) > 1


def without_raw(evidence: Evidence) -> Evidence:
    """The same evidence once its bytes are sealed in the ledger."""
    return replace(evidence, raw=b"")
