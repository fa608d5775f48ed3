"""What a `response_status` means, and for whom (PayTabs reference §7.1). Only `A` is success; unknown is not failed."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from wasl.domain.evidence import FAILED, FOLLOW_UPS, Kind, Verdict
from wasl.gateway.codes import ASK_FIRST, CODES, NEW_PAYMENT, OTHER_CARD, RETRY, UNANSWERED_CODES
from wasl.gateway.words import ForBuyer, Text

NOTHING_TO_QUOTE: Final = "600"  # the one code of `P` that is no reference number


@dataclass(frozen=True, slots=True)
class Letter:
    """One `response_status`, and what the merchant should do about a transaction that has it."""

    letter: str
    name: Text
    verdict: Verdict
    merchant: Text
    buyer: ForBuyer


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One transaction in words. `merchant` may name the code; `buyer` never does, and None is nothing to tell them."""

    merchant: Text
    buyer: Text | None


_TABLE: Final = (
    Letter(
        "A",
        Text("Authorised", "مقبولة"),
        Verdict.APPROVED,
        Text(
            "Done. What was done depends on the type of the transaction: a refund is approved too.",
            "تمت العملية. ما تم يعتمد على نوع المعاملة، فالاسترداد أيضًا يظهر مقبولًا.",
        ),
        ForBuyer.PAID,
    ),
    Letter(
        "H",
        Text("On hold", "معلّقة للمراجعة"),
        Verdict.HELD,
        Text(
            "Funds are held, not taken. Decide in the PayTabs dashboard; until then nothing else works.",
            "المبلغ محجوز ولم يُحصَّل. اتخذ قرارك في لوحة تحكم PayTabs، ولن تنجح أي عملية أخرى قبل ذلك.",
        ),
        ForBuyer.IN_PROGRESS,
    ),
    Letter(
        "P",
        Text("Pending", "قيد الانتظار"),
        Verdict.PENDING,
        Text(
            "Not done yet: the buyer has still to pay, or PayTabs to approve a refund. Do not submit it again.",
            "لم تكتمل بعد: إما أن المشتري لم يدفع أو أن الاسترداد ينتظر موافقة PayTabs. لا تُرسلها مرة أخرى.",
        ),
        ForBuyer.IN_PROGRESS,
    ),
    Letter(
        "V",
        Text("Voided", "ملغاة بعد القبول"),
        Verdict.REVERSED,
        Text("The money was given back; nothing is owed.", "أُعيد المبلغ ولا شيء مستحق."),
        ForBuyer.RETURNED,
    ),
    Letter(
        "E",
        Text("Error", "خطأ"),
        Verdict.ERROR,
        Text(
            "A technical failure. Read the message; if it names no fault of the request, let the buyer try again.",
            "عطل تقني. راجع الرسالة، فإن لم تدل على خلل في الطلب فدع المشتري يحاول مرة أخرى.",
        ),
        ForBuyer.NOT_POSSIBLE,
    ),
    Letter("D", Text("Declined", "مرفوضة"), Verdict.DECLINED, OTHER_CARD, ForBuyer.NOT_POSSIBLE),
    Letter("X", Text("Expired", "منتهية الصلاحية"), Verdict.EXPIRED, NEW_PAYMENT, ForBuyer.EXPIRED),
    Letter("C", Text("Cancelled", "ألغاها المشتري"), Verdict.CANCELED, RETRY, ForBuyer.CANCELED),
)

LETTERS: Final = MappingProxyType({letter.letter: letter for letter in _TABLE})
_BY_VERDICT: Final = MappingProxyType({letter.verdict: letter for letter in _TABLE})
_UNKNOWN: Final = Text(
    "The gateway used a word this version does not know. Ask it again, or look at its dashboard.",
    "استخدمت بوابة الدفع قيمة لا يعرفها هذا الإصدار. استعلم مرة أخرى أو راجع لوحة تحكمها.",
)
# Where the type of a transaction changes what its buyer should read.
_BUYER: Final = MappingProxyType(
    {
        (Kind.AUTH, Verdict.APPROVED): ForBuyer.RESERVED,
        (Kind.CAPTURE, Verdict.APPROVED): ForBuyer.PAID,
        (Kind.REFUND, Verdict.APPROVED): ForBuyer.RETURNED,
        (Kind.VOID, Verdict.APPROVED): ForBuyer.RETURNED,
        (Kind.RELEASE, Verdict.APPROVED): ForBuyer.RETURNED,
        (Kind.REFUND, Verdict.PENDING): ForBuyer.RETURN_IN_PROGRESS,
        (Kind.PAYMENT_REQUEST, Verdict.PENDING): ForBuyer.TO_BE_PAID,
        (Kind.UNSTATED, Verdict.PENDING): ForBuyer.TO_BE_PAID,
    }
)


def letter_of(status: str) -> Letter | None:
    """The letter behind a `response_status`, whatever its case; None for one nobody has documented."""
    return LETTERS.get(status.upper())


def verdict_of(status: str, code: str) -> Verdict:
    """What a letter and its code say of a transaction. An unknown letter is unrecognized, never failed."""
    letter = letter_of(status)
    if letter is None:
        return Verdict.UNRECOGNIZED
    unanswered = letter.verdict is Verdict.ERROR and code in UNANSWERED_CODES
    return Verdict.UNANSWERED if unanswered else letter.verdict


def explain(kind: Kind, verdict: Verdict, code: str = "") -> Explanation:
    """What the merchant should do and what the buyer may see about one transaction."""
    if verdict is Verdict.UNRECOGNIZED or kind is Kind.UNRECOGNIZED:
        return Explanation(merchant=_UNKNOWN, buyer=ForBuyer.IN_PROGRESS.value)
    if verdict is Verdict.UNANSWERED:
        return Explanation(merchant=ASK_FIRST, buyer=_told(kind, verdict, ForBuyer.IN_PROGRESS))
    letter, known = _BY_VERDICT[verdict], CODES.get(code)
    if verdict is Verdict.PENDING and code == NOTHING_TO_QUOTE:
        return Explanation(merchant=CODES[code].advice, buyer=ForBuyer.IN_PROGRESS.value)
    if verdict in FAILED and known is not None:
        return Explanation(merchant=known.advice, buyer=_told(kind, verdict, known.buyer))
    return Explanation(merchant=letter.merchant, buyer=_told(kind, verdict, letter.buyer))


def _told(kind: Kind, verdict: Verdict, usual: ForBuyer) -> Text | None:
    """A follow-up is the merchant's business: its buyer hears only that money came, went or is on its way back."""
    special = _BUYER.get((kind, verdict))
    if special is not None:
        return special.value
    return None if kind in FOLLOW_UPS else usual.value
