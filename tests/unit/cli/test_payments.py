"""`wasl payment` and `wasl delivery`, as people and scripts see them."""

from builders import NOON, PAYMENT, SAR, STORE, fact, payment, said, store
from unit.cli.conftest import Cli
from wasl.domain.evidence import Kind, Verdict
from wasl.domain.money import Money
from wasl.domain.payment import Payment
from wasl.domain.revise import heard, revise
from wasl.engine.ports import ByPayment, Ledger

LESS = Money(100, SAR)


def seeded(cli: Cli, made: Payment) -> None:
    """A store with this payment."""

    async def seed(ledger: Ledger) -> None:
        await ledger.add_store(store(), "digest")
        await ledger.amend(ByPayment(STORE, PAYMENT), lambda _: revise(made, now=NOON))

    cli.seed(seed)


def mismatched() -> Payment:
    """A payment on which a riyal came, and its true price."""
    made = heard(payment(), said(fact(amount=LESS, moved=LESS)))
    return revise(heard(made, said(fact("TST2"))), now=NOON)


def test_a_payment_is_listed_shown_and_explained(cli: Cli) -> None:
    """What was heard, what it proved, what the store was told."""
    seeded(cli, mismatched())
    (listed,) = cli.json("payment", "list", "--attention")
    assert (listed["id"], listed["state"], listed["concerns"]) == (PAYMENT, "paid", ["amount_mismatch"])
    assert cli.json("payment", "show", PAYMENT) == listed
    story = cli.json("payment", "explain", PAYMENT)
    assert {(piece["tran_ref"], piece["role"]) for piece in story["evidence"]} == {
        ("TST1", "amount_differs"), ("TST2", "takes"),
    }  # fmt: skip
    text = cli.run("payment", "explain", PAYMENT).stdout
    assert "amount_differs" in text
    assert "57.90 SAR" in text


def test_a_case_is_closed_by_a_decision(cli: Cli) -> None:
    """Once, with a note; afterwards there is nothing to look at, and nothing about the money has changed."""
    seeded(cli, mismatched())
    assert "--accept" in cli.refused("payment", "resolve", PAYMENT, exits=2)
    decided = cli.json("payment", "resolve", PAYMENT, "--accept", "--note", "seen")
    assert (decided["state"], decided["concerns"], decided["unmatched"]) == ("paid", [], "1.00")
    assert "no open case" in cli.refused("payment", "resolve", PAYMENT, "--accept", exits=1)
    assert cli.json("payment", "list", "--attention") == []


def test_what_is_held_is_listed_with_its_deadline(cli: Cli) -> None:
    """Who, how much, how long, why, until when, and what to do about it."""
    assert "Nothing is held" in cli.run("payment", "held").stdout
    seeded(cli, heard(payment(), said(fact(kind=Kind.AUTH, verdict=Verdict.HELD, message="Review", code="G1"))))
    (view,) = cli.json("payment", "held")
    assert (view["order_id"], view["amount"], view["reason"]) == ("1042", "57.90", "Review (G1)")
    assert (view["lapses_from"][:10], view["lapses_by"][:10]) == ("2026-12-03", "2026-12-18")
    assert "dashboard" in cli.run("payment", "held").stdout
    assert "dashboard" in cli.refused("payment", "refund", PAYMENT, exits=1)


def test_an_operation_that_is_not_allowed_says_why(cli: Cli) -> None:
    """One line, and nothing is recorded."""
    seeded(cli, payment())
    assert "no money was taken" in cli.refused("payment", "refund", PAYMENT, exits=1)
    assert "no authorisation" in cli.refused("payment", "void", PAYMENT, exits=1)
    assert "--amount" in cli.refused("payment", "capture", PAYMENT, "--amount", "1.001", exits=2)
    assert "no open case" in cli.refused("payment", "resolve", PAYMENT, "--refund", exits=1)
    assert cli.json("payment", "show", PAYMENT)["operations"] == []


def test_a_payment_nobody_has_is_said(cli: Cli) -> None:
    """With what to do."""
    for verb in (("show",), ("explain",), ("query",), ("cancel",), ("resolve", "--accept"), ("refund",)):
        assert "`wasl payment list`" in cli.refused("payment", *verb, "pay_none", exits=1)
    assert "`wasl payment list`" in cli.refused("delivery", "retry", "pay_none", exits=1)


def test_what_stores_have_yet_to_hear(cli: Cli) -> None:
    """Listed with what it waits for, and told again on demand."""
    seeded(cli, mismatched())
    (waiting,) = cli.json("delivery", "list")
    assert (waiting["payment_id"], waiting["state"], waiting["failures"]) == (PAYMENT, "paid", 0)
    assert "next try" in cli.run("delivery", "list").stdout
    assert cli.json("delivery", "retry", PAYMENT) == {"payment_id": PAYMENT, "retrying": True}


def test_nothing_to_hear(cli: Cli) -> None:
    """In words."""
    assert "heard everything" in cli.run("delivery", "list").stdout
    assert cli.json("payment", "list") == []


def test_doctor_of_an_empty_database(cli: Cli) -> None:
    """It works without a store, and says what a public address would need; a bad setting is one line."""
    checks = cli.json("doctor")
    assert {check["about"]: check["grade"] for check in checks} == {
        "database": "good", "public address": "look", "asking": "good", "telling": "good",
    }  # fmt: skip
    assert "WASL_PUBLIC_URL" in cli.run("doctor").stdout
    done = cli.run("doctor", WASL_LOG_FORMAT="xml")
    assert (done.returncode, done.stderr) == (1, "wasl: WASL_LOG_FORMAT must be one of text, json\n")
