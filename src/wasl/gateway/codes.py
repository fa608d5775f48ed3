"""What a `response_code` means and what a merchant should do about it (PayTabs reference §7.2).

The official table has more than sixty rows, of which the reference holds these; an unlisted code is explained by its
letter. A code means something only beside a refusal: on success it is the bank's own, on `P` the number to quote.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from wasl.gateway.words import ForBuyer, Text

UNANSWERED_CODES: Final = frozenset({"400", "401"})
"""`E` with one of these: the bank was not heard, so the card may have been charged."""


@dataclass(frozen=True, slots=True)
class Code:
    """One `response_code` of a transaction that did not go through."""

    code: str
    meaning: Text
    merchant: Text
    buyer: ForBuyer = ForBuyer.NOT_POSSIBLE

    @property
    def advice(self) -> Text:
        """For the merchant: the meaning, the code, and what to do."""
        return Text(
            f"{self.meaning.en} ({self.code}). {self.merchant.en}",
            f"{self.meaning.ar} ({self.code}). {self.merchant.ar}",
        )


RETRY: Final = Text("Let the buyer try again.", "دع المشتري يحاول مرة أخرى.")
OTHER_CARD: Final = Text(
    "Ask the buyer for another card, or to talk to the bank.", "اطلب من المشتري استخدام بطاقة أخرى أو مراجعة البنك."
)
ASK_FIRST: Final = Text(
    "The card may have been charged. Ask the gateway before anybody pays again.",
    "ربما خُصم المبلغ من البطاقة. استعلم من بوابة الدفع قبل أن يُعاد الدفع.",
)
NEW_PAYMENT: Final = Text("Open a new payment.", "أنشئ عملية دفع جديدة.")

_TABLE: Final = (
    Code(
        "118",
        Text("Amount greater than available balance", "المبلغ أكبر من الرصيد المتاح"),
        Text(
            "Less than this is left to refund or capture. Compute what remains.",
            "المتبقي للاسترداد أو التحصيل أقل من هذا المبلغ. احسب المتبقي.",
        ),
    ),
    Code(
        "120",
        Text("Previous transaction is on hold", "المعاملة السابقة معلّقة للمراجعة"),
        Text("Decide it in the PayTabs dashboard first.", "احسمها أولًا في لوحة تحكم PayTabs."),
    ),
    Code("200", Text("Invalid or unsupported card", "بطاقة غير صالحة أو غير مدعومة"), OTHER_CARD, ForBuyer.OTHER_CARD),
    Code(
        "206",
        Text("Currency not available, or not the original's", "العملة غير متاحة أو تخالف العملة الأصلية"),
        Text(
            "Ask PayTabs to enable the currency; refund and capture in the currency of the original.",
            "اطلب من PayTabs تفعيل العملة، واستخدم عملة المعاملة الأصلية عند الاسترداد والتحصيل.",
        ),
    ),
    Code("300", Text("Not authorised by the bank", "رفضها البنك"), OTHER_CARD),
    Code(
        "305",
        Text("Card security code (CVV) mismatch", "رمز أمان البطاقة (CVV) غير مطابق"),
        RETRY,
        ForBuyer.SECURITY_CODE,
    ),
    Code(
        "309",
        Text("3-D Secure not available for this card", "البطاقة لا تدعم 3-D Secure"),
        OTHER_CARD,
        ForBuyer.OTHER_CARD,
    ),
    Code("310", Text("3-D Secure authentication rejected", "رُفض التحقق عبر 3-D Secure"), RETRY, ForBuyer.NOT_CONFIRMED),
    Code("313", Text("Not permitted by the card's bank", "لا يسمح بها البنك المصدر"), OTHER_CARD),
    # Whether a buyer may read of insufficient funds is debatable (§7.2), so nothing is said.
    Code("316", Text("Insufficient funds", "الرصيد غير كافٍ"), OTHER_CARD),
    Code("321", Text("Cancelled by the buyer", "ألغاها المشتري"), RETRY, ForBuyer.CANCELED),
    Code(
        "335",
        Text("Transaction type not supported by the acquirer", "البنك المحصّل لا يدعم نوع المعاملة"),
        Text("Ask PayTabs to enable it for your profile.", "اطلب من PayTabs تفعيله لحسابك."),
    ),
    Code(
        "345",
        Text("3-D Secure authentication not completed", "لم يكتمل التحقق عبر 3-D Secure"),
        RETRY,
        ForBuyer.NOT_CONFIRMED,
    ),
    Code(
        "346",
        Text("The card's bank could not process 3-D Secure", "تعذّر على البنك المصدر تنفيذ 3-D Secure"),
        Text("Another card, or the same one later.", "بطاقة أخرى، أو البطاقة نفسها لاحقًا."),
    ),
    Code(
        "354",
        Text("Card not approved by the merchant", "البطاقة غير مقبولة لدى التاجر"),
        Text("Your own card filter refuses it.", "رفضها مرشّح البطاقات لديك."),
        ForBuyer.OTHER_CARD,
    ),
    Code("355", Text("Transaction expired", "انتهت صلاحية المعاملة"), NEW_PAYMENT, ForBuyer.EXPIRED),
    Code("400", Text("Internal system error", "خطأ داخلي في النظام"), ASK_FIRST, ForBuyer.IN_PROGRESS),
    Code("401", Text("The bank did not answer", "لم يستجب البنك"), ASK_FIRST, ForBuyer.IN_PROGRESS),
    Code(
        "501",
        Text("Reported as fraud by the bank", "أبلغ البنك عن احتيال"),
        Text(
            "The bank has flagged this card. Do not try it again.", "وضع البنك علامة على هذه البطاقة. لا تُعد المحاولة."
        ),
    ),
    Code(
        "600",
        Text("Awaiting finalisation", "في انتظار الإتمام"),
        Text("Wait, and ask the gateway again.", "انتظر ثم استعلم مرة أخرى."),
        ForBuyer.IN_PROGRESS,
    ),
)

CODES: Final = MappingProxyType({code.code: code for code in _TABLE})
