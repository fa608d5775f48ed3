"""What to do about a refused request: `{code, message, trace}` under whatever HTTP status (PayTabs reference §2.7)."""

from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from wasl.gateway.words import Text

DUPLICATE_CODE: Final = 4
INVALID_CODE: Final = 2
SYSTEM_CODES: Final = range(400, 500)  # temporary, of the gateway's own


class Decision(Enum):
    """What the one who asked has to decide."""

    MEND_SETTINGS = auto()  # no request of this profile can work until a person changes a setting
    DUPLICATE = auto()
    TRY_LATER = auto()
    MEND_REQUEST = auto()  # this request is refused; others may be accepted


@dataclass(frozen=True, slots=True)
class Advice:
    """One refusal, explained for the merchant."""

    decision: Decision
    merchant: Text


_SETTINGS: Final = Text(
    "PayTabs does not accept the profile id and server key. Check that both are of one profile, that the region is the "
    "one the profile was made in, that the key is a web server key and no mobile key, and that the profile is active.",
    "لا تقبل PayTabs رقم الحساب ومفتاح الخادم. تأكد من أنهما للحساب نفسه، ومن أن المنطقة هي التي أُنشئ فيها الحساب، "
    "ومن أن المفتاح مفتاح خادم للويب وليس للجوال، ومن أن الحساب مفعّل.",
)
_MOBILE_KEY: Final = Text(
    "This is a mobile key. Use the server key of type web from PayTabs' key management.",
    "هذا مفتاح للجوال. استخدم مفتاح الخادم من نوع الويب من إدارة المفاتيح في PayTabs.",
)
_NO_MERCHANT: Final = Text(
    "PayTabs sees no profile in the request: the keys are of its older platform, or the profile id is wrong.",
    "لا ترى PayTabs حسابًا في الطلب: إما أن المفاتيح للمنصة القديمة أو أن رقم الحساب خاطئ.",
)
# The code alone does not tell these from a malformed request (§2.7, §12); the gateway's own words do.
_BY_WORDS: Final = MappingProxyType(
    {
        "application/octet-stream": _MOBILE_KEY,
        "invalid blocksize on encrypted message": _MOBILE_KEY,
        "no merchant information": _NO_MERCHANT,
    }
)
_BY_CODE: Final = MappingProxyType(
    {
        1: Advice(Decision.MEND_SETTINGS, _SETTINGS),
        INVALID_CODE: Advice(
            Decision.MEND_REQUEST,
            Text(
                "PayTabs found the request invalid; its message says why.",
                "اعتبرت PayTabs الطلب غير صالح، ورسالتها توضح السبب.",
            ),
        ),
        DUPLICATE_CODE: Advice(
            Decision.DUPLICATE,
            Text(
                "The same cart was sent within two minutes. Use the page already opened, or a new cart.",
                "أُرسلت السلة نفسها خلال دقيقتين. استخدم صفحة الدفع المفتوحة أو سلة جديدة.",
            ),
        ),
        102: Advice(Decision.MEND_REQUEST, Text("The description is not valid.", "الوصف غير صالح.")),
        109: Advice(
            Decision.MEND_SETTINGS,
            Text(
                "The profile is not live yet. Ask PayTabs to finish its activation.",
                "الحساب غير مفعّل للعمليات الحقيقية بعد. اطلب من PayTabs إكمال تفعيله.",
            ),
        ),
        112: Advice(
            Decision.MEND_REQUEST,
            Text(
                "This method, class or currency is not enabled together on the profile. Ask PayTabs to enable it.",
                "طريقة الدفع أو الفئة أو العملة غير مفعّلة معًا في الحساب. اطلب من PayTabs تفعيلها.",
            ),
        ),
        206: Advice(
            Decision.MEND_REQUEST,
            Text(
                "The currency is not enabled on the profile. Ask PayTabs to enable it.",
                "العملة غير مفعّلة في الحساب. اطلب من PayTabs تفعيلها.",
            ),
        ),
    }
)
_LATER: Final = Advice(
    Decision.TRY_LATER,
    Text("PayTabs had an internal fault. Try again later.", "حدث عطل داخلي لدى PayTabs. حاول لاحقًا."),
)
_OTHER: Final = Advice(
    Decision.MEND_REQUEST,
    Text("PayTabs refused the request; its message says why.", "رفضت PayTabs الطلب، ورسالتها توضح السبب."),
)


def is_known(code: int) -> bool:
    """Whether this is one of the gateway's own codes, as far as they are known."""
    return code in _BY_CODE or code in SYSTEM_CODES


def advise(code: int, message: str) -> Advice:
    """What to do about an error body. *code* is 0 where none was stated."""
    said = message.casefold()
    for words, advice in _BY_WORDS.items():
        if words in said:
            return Advice(Decision.MEND_SETTINGS, advice)
    if code in SYSTEM_CODES:
        return _LATER
    return _BY_CODE.get(code, _OTHER)
