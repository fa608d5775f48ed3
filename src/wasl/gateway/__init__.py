"""Wasl's end of the PayTabs wire, usable on its own: `from wasl.gateway import PayTabs`."""

from wasl.domain.evidence import CartId, Fact, Kind, TranRef, Verdict
from wasl.domain.money import Currency, Money
from wasl.domain.secret import Secret
from wasl.engine.ports import Contact, OpenedPage, Refusal
from wasl.errors import GatewayUnavailable, Misconfigured
from wasl.gateway.adapter import PayTabsGateway
from wasl.gateway.client import PayTabs
from wasl.gateway.codes import CODES, Code
from wasl.gateway.follow_up import FollowUp
from wasl.gateway.letters import LETTERS, Explanation, Letter, explain
from wasl.gateway.methods import METHODS, Can, Method, method
from wasl.gateway.notification import read_notification
from wasl.gateway.page import CardDiscount, Donation, Frame, FrameReturn, HostedPage, Intent
from wasl.gateway.refusals import Advice, Decision
from wasl.gateway.regions import REGIONS, Region, base_url_of, normal_base_url
from wasl.gateway.results import Duplicate, Refused, SavedCard, Stated, TokenDeleted
from wasl.gateway.saved_card import CardCharge, CardTerms, Frequency, SaveCard, Tokenise, TokenType
from wasl.gateway.signature import Tilde, VerifiedForm, verify_form
from wasl.gateway.transport import Timeouts
from wasl.gateway.wire.requests import PluginInfo
from wasl.gateway.words import ForBuyer, Text

__all__ = [
    "CODES",
    "LETTERS",
    "METHODS",
    "REGIONS",
    "Advice",
    "Can",
    "CardCharge",
    "CardDiscount",
    "CardTerms",
    "CartId",
    "Code",
    "Contact",
    "Currency",
    "Decision",
    "Donation",
    "Duplicate",
    "Explanation",
    "Fact",
    "FollowUp",
    "ForBuyer",
    "Frame",
    "FrameReturn",
    "Frequency",
    "GatewayUnavailable",
    "HostedPage",
    "Intent",
    "Kind",
    "Letter",
    "Method",
    "Misconfigured",
    "Money",
    "OpenedPage",
    "PayTabs",
    "PayTabsGateway",
    "PluginInfo",
    "Refusal",
    "Refused",
    "Region",
    "SaveCard",
    "SavedCard",
    "Secret",
    "Stated",
    "Text",
    "Tilde",
    "Timeouts",
    "TokenDeleted",
    "TokenType",
    "Tokenise",
    "TranRef",
    "Verdict",
    "VerifiedForm",
    "base_url_of",
    "explain",
    "method",
    "normal_base_url",
    "read_notification",
    "verify_form",
]
