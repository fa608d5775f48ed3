"""The laws of operations, over drawn lives: nothing is given back, captured or let go twice."""

from dataclasses import dataclass, replace
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from builders import CART, NOON, PRICE, SAR, fact, payment, said
from wasl.domain.evidence import Kind, TranRef, Verdict
from wasl.domain.fold import fold
from wasl.domain.money import Money
from wasl.domain.operating import (
    LOOKED_FOR_MS,
    OPERATIONS_MAX,
    REPEAT_MS,
    UNDER_WAY,
    NotAllowed,
    Plan,
    follow_up_kind,
    operation_states,
    plan,
    submission_due,
)
from wasl.domain.operation import Operation, OperationId, OperationKind, OperationState, Reply
from wasl.domain.payment import Payment
from wasl.domain.revise import heard
from wasl.domain.schedule import next_ask
from wasl.domain.time import MINUTE_MS, Instant

# What becomes of an operation, and whether the gateway did it.
FATES: Final = ("approved", "pending", "declined", "refused", "lost", "lost and done", "waiting")
RESERVED: Final = frozenset({"pending", "lost", "waiting"})


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody asks for this much of that, and this becomes of it."""

    kind: OperationKind
    minor: int | None
    fate: str


acts = st.lists(
    st.builds(
        Act,
        kind=st.sampled_from(OperationKind),
        minor=st.one_of(st.none(), st.integers(1, 8000)),
        fate=st.sampled_from(FATES),
    ),
    max_size=12,
)


def live(made: Payment, does: list[Act]) -> tuple[Payment, list[tuple[Act, Plan]]]:
    """A payment to which all this was done, as far as it was allowed."""
    done: list[tuple[Act, Plan]] = []
    for number, act in enumerate(does):
        amount = None if act.minor is None else Money(act.minor, SAR)
        planned = plan(made, act.kind, amount)
        if isinstance(planned, Plan):
            done.append((act, planned))
            made = _with(made, number, act, planned)
    return made, done


def _with(made: Payment, number: int, act: Act, planned: Plan) -> Payment:
    ref = TranRef(f"TST9{number:02}")
    known = act.fate in ("approved", "pending", "declined")
    operation = Operation(
        operation_id=OperationId(f"op_{number:08}"),
        key=str(number),
        kind=act.kind,
        amount=planned.amount,
        target=planned.target,
        cart_id=planned.cart_id,
        reason="",
        by="ali",
        requested_at=NOON,
        due_at=NOON,
        submitted_at=None if act.fate == "waiting" else NOON,
        reply={"refused": Reply.REFUSED, "waiting": Reply.NONE}.get(act.fate, Reply.STATED if known else Reply.LOST),
        tran_ref=ref if known else None,
    )
    verdicts = {"approved": Verdict.APPROVED, "lost and done": Verdict.APPROVED, "pending": Verdict.PENDING}
    made = replace(made, operations=(*made.operations, operation))
    if act.fate not in ("declined", *verdicts):
        return made
    stated = fact(
        ref,
        kind=follow_up_kind(made, operation),
        verdict=verdicts.get(act.fate, Verdict.DECLINED),
        amount=planned.amount,
        moved=planned.amount,
        previous_ref=planned.target,
        cart_id=planned.cart_id,
        operation=operation.operation_id,
        at=Instant(NOON + MINUTE_MS + number),
    )
    return heard(made, said(stated))


@given(acts, st.sampled_from([Kind.SALE, Kind.AUTH]))
def test_no_more_goes_out_than_came_in(does: list[Act], kind: Kind) -> None:
    """Whatever is asked for in whatever order, counting what may yet be done: of every transaction and in all."""
    made, done = live(payment(evidence=(said(fact(kind=kind)),)), does)
    outcome = fold(made)
    assert outcome.refunded.minor <= outcome.moved.minor <= PRICE.minor
    back: dict[TranRef, int] = {}
    used = 0
    for act, planned in done:
        if act.fate in RESERVED | {"approved", "lost and done"}:
            if act.kind is OperationKind.REFUND:
                back[planned.target] = back.get(planned.target, 0) + planned.amount.minor
            else:
                used += planned.amount.minor
    taken = {piece.fact.tran_ref: piece.fact.moved.minor for piece in made.evidence if piece.fact.moved}
    assert all(total <= taken[ref] for ref, total in back.items())
    assert used <= PRICE.minor
    assert not outcome.concerns


@given(acts)
def test_what_is_known_of_each_follows_from_its_fate(does: list[Act]) -> None:
    """Evidence and the one answer say it; nobody sets it."""
    made, done = live(payment(evidence=(said(),)), does)
    expected = {
        "approved": OperationState.APPROVED, "lost and done": OperationState.APPROVED,
        "pending": OperationState.PENDING, "declined": OperationState.REFUSED, "refused": OperationState.REFUSED,
        "lost": OperationState.UNKNOWN, "waiting": OperationState.REQUESTED,
    }  # fmt: skip
    assert [state for _, state in operation_states(made)] == [expected[act.fate] for act, _ in done]


@given(acts)
def test_whatever_is_not_known_is_looked_for(does: list[Act]) -> None:
    """A payment with an operation under way has an alarm."""
    made, _ = live(payment(evidence=(said(),), asked_at=NOON), does)
    under_way = [state for _, state in operation_states(made) if state in UNDER_WAY]
    assert next_ask(made) is not None or not under_way
    much_later = replace(made, asked_at=Instant(NOON + LOOKED_FOR_MS[-1] + 400 * 24 * 60 * MINUTE_MS))
    waiting = [state for state in under_way if state is OperationState.REQUESTED]
    assert (next_ask(much_later) is not None) == bool(waiting)


@given(acts, st.permutations(range(12)))
def test_the_order_of_hearing_changes_nothing(does: list[Act], order: list[int]) -> None:
    """Operations are found in evidence, wherever it stands."""
    made, _ = live(payment(evidence=(said(),)), does)
    pieces = made.evidence
    shuffled = tuple(pieces[i] for i in order if i < len(pieces))
    rest = tuple(piece for piece in pieces if piece not in shuffled)
    again = replace(made, evidence=(*shuffled, *rest))
    assert operation_states(again) == operation_states(made)


def test_equal_operations_on_a_cart_wait_for_each_other() -> None:
    """Other amounts do not."""
    first = live(payment(evidence=(said(),)), [Act(OperationKind.REFUND, 1000, "approved")])[0]
    now = Instant(NOON + 1)
    assert submission_due(first, CART, Money(1000, SAR), now=now) == NOON + REPEAT_MS
    assert submission_due(first, CART, Money(1001, SAR), now=now) == now


def test_operations_have_an_end() -> None:
    """A payment with very many of them goes on in the dashboard."""
    one = live(payment(evidence=(said(),)), [Act(OperationKind.REFUND, 1, "approved")])[0]
    many = replace(one, operations=one.operations * OPERATIONS_MAX)
    refused = plan(many, OperationKind.REFUND, Money(1, SAR))
    assert isinstance(refused, NotAllowed)
    assert "dashboard" in refused.reason


def test_a_refund_in_the_dashboard_that_names_our_capture_is_reserved() -> None:
    """Its description may be the capture's own; what it will take is not left for anybody else."""
    authorized = payment(evidence=(said(fact(kind=Kind.AUTH)),))
    captured = live(authorized, [Act(OperationKind.CAPTURE, None, "approved")])[0]
    (capture,) = captured.operations
    elsewhere = fact(
        TranRef("TST99X"),
        kind=Kind.REFUND,
        verdict=Verdict.PENDING,
        amount=Money(1000, SAR),
        moved=Money(1000, SAR),
        previous_ref=capture.tran_ref,
        operation=capture.operation_id,
    )
    refused = plan(heard(captured, said(elsewhere)), OperationKind.REFUND, PRICE)
    assert isinstance(refused, NotAllowed)
    assert f"at most {Money(PRICE.minor - 1000, SAR)}" in refused.reason
