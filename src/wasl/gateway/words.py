"""What people read about a payment, in English and Arabic. The buyer's sentences name no reason a bank gave."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    en: str
    ar: str

    def in_(self, language: str) -> str:
        """The Arabic sentence for `ar` and its variants, the English one for everything else."""
        return self.ar if language.casefold().startswith("ar") else self.en


class ForBuyer(Enum):
    """Everything a buyer may be told (PayTabs reference §7.2): decline codes and bank messages are not among it."""

    PAID = Text("Your payment was successful.", "تمت عملية الدفع بنجاح.")
    RESERVED = Text(
        "Your payment is confirmed. The amount is reserved on your card.",
        "تم تأكيد عملية الدفع، وحُجز المبلغ على بطاقتك.",
    )
    IN_PROGRESS = Text(
        "Your payment is being processed. We will tell you as soon as it is confirmed; please do not pay again.",
        "عملية الدفع قيد المعالجة. سنخبرك فور تأكيدها، فالرجاء عدم الدفع مرة أخرى.",
    )
    TO_BE_PAID = Text(
        "Your order waits for your payment. Please pay with the reference number we have given you.",
        "طلبك في انتظار الدفع. الرجاء إتمام الدفع باستخدام الرقم المرجعي الذي زوّدناك به.",
    )
    RETURNED = Text("The payment was returned to you.", "أُعيد المبلغ إليك.")
    RETURN_IN_PROGRESS = Text(
        "Your refund is being processed. We will tell you when it is done.",
        "استرداد المبلغ قيد المعالجة. سنخبرك عند اكتماله.",
    )
    NOT_POSSIBLE = Text(
        "We cannot process your payment at this time. Please try again, or pay in another way.",
        "تعذّرت معالجة عملية الدفع في الوقت الحالي. الرجاء المحاولة مرة أخرى أو الدفع بطريقة أخرى.",
    )
    CANCELED = Text(
        "You cancelled the payment. You can try again whenever you like.",
        "لقد ألغيت عملية الدفع. يمكنك المحاولة مرة أخرى متى شئت.",
    )
    EXPIRED = Text(
        "The time to pay has run out. Please start the payment again.",
        "انتهت المهلة المحددة للدفع. الرجاء بدء عملية الدفع من جديد.",
    )
    SECURITY_CODE = Text(
        "The security code (CVV) of the card is not right. Please check it and try again.",
        "رمز أمان البطاقة (CVV) غير صحيح. الرجاء التحقق منه والمحاولة مرة أخرى.",
    )
    NOT_CONFIRMED = Text(
        "The payment was not confirmed with your bank (3-D Secure). Please try again.",
        "لم يتم تأكيد عملية الدفع لدى البنك (3-D Secure). الرجاء المحاولة مرة أخرى.",
    )
    OTHER_CARD = Text(
        "This card cannot be used here. Please use another card.",
        "لا يمكن استخدام هذه البطاقة هنا. الرجاء استخدام بطاقة أخرى.",
    )
