"""Tokens: cards a buyer let the merchant keep, by a word that stands for them (PayTabs reference §2.5, §4.4)."""

import string
from types import MappingProxyType
from typing import Final

import msgspec

from wasl.emulator.cards import Card
from wasl.emulator.deciding import begin, decide
from wasl.emulator.notices import announce
from wasl.emulator.profiles import Profile
from wasl.emulator.reading import Wanted
from wasl.emulator.records import Kind, Person, Token, Transaction
from wasl.emulator.refusals import invalid
from wasl.emulator.rulings import RULINGS
from wasl.emulator.world import World

_HEX: Final = "0123456789ABCDEF"
# `tokenise`: the signs and the length of the token it makes.
SHAPES: Final = MappingProxyType(
    {
        2: (_HEX, 32),
        3: (string.ascii_uppercase + string.digits, 20),
        4: (string.digits, 22),
        5: (string.digits, 16),
        6: (string.ascii_uppercase + string.digits, 32),
    }
)


def save_card(world: World, transaction: Transaction, card: Card, *, kind: int) -> Transaction:
    """Keep the card of an approved payment; the transaction carries its token from now on."""
    signs, length = SHAPES[kind]
    word = "".join(world.chance.choices(signs, k=length))
    profile_id = transaction.order.profile_id
    token = Token(token=word, profile_id=profile_id, ref=transaction.ref, card=card, method=transaction.method)
    world.state.tokens.put(_key(profile_id, word), token)
    saved = msgspec.structs.replace(transaction, token=word)
    world.remember(saved)
    return saved


def find_token(world: World, profile: Profile, word: str) -> Token:
    """A token of this profile; raises ApiRefusal."""
    token = world.state.tokens.get(_key(profile.profile_id, word))
    if token is None:
        raise invalid("Invalid token")
    return token


def forget_token(world: World, profile: Profile, word: str) -> None:
    """Delete a token; raises ApiRefusal if there is none."""
    find_token(world, profile, word)
    world.state.tokens.delete(_key(profile.profile_id, word))


def wanted_token(world: World, profile: Profile, wanted: Wanted) -> Token:
    """The saved card to charge: by its token, by the transaction that saved it, or both, which have to agree."""
    saving = world.state.transactions.get(wanted.target) if wanted.target else None
    token = find_token(world, profile, wanted.token or (saving.token if saving else ""))
    if wanted.target and token.ref != wanted.target:
        raise invalid("Invalid tran_ref")
    return token


def charge(world: World, wanted: Wanted, token: Token) -> Transaction:
    """Take money by a saved card, without its buyer; the answer is immediate and a notification follows."""
    saving = world.state.transactions[token.ref]
    order = wanted.order
    if order.customer == Person():
        order = msgspec.structs.replace(order, customer=saving.order.customer)
    transaction = begin(world, wanted.kind, order, previous=saving)
    transaction = msgspec.structs.replace(transaction, token=token.token)
    ruling = RULINGS[token.card.bank]
    if ruling.status == "H":
        transaction = hold(transaction)
    decided = decide(world, transaction, ruling)
    announce(world, decided)
    return decided


def hold(transaction: Transaction) -> Transaction:
    """A sale that is held for review is an authorisation from then on (PayTabs reference §3.6)."""
    if transaction.kind is Kind.AUTH:
        return transaction
    return msgspec.structs.replace(transaction, kind=Kind.AUTH, original_kind=transaction.kind)


def _key(profile_id: int, word: str) -> str:
    return f"{profile_id}:{word}"
