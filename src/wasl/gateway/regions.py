"""Where PayTabs lives: a profile answers only on the host of the region in which it was made (reference §1.1)."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from wasl.errors import Misconfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One host of the platform. A white label is the same platform under a partner's name."""

    code: str
    title: str
    title_ar: str
    base_url: str
    white_label: bool = False


REGIONS: Final = MappingProxyType(
    {
        region.code: region
        for region in (
            Region(
                code="ARE",
                title="United Arab Emirates",
                title_ar="الإمارات العربية المتحدة",
                base_url="https://secure.paytabs.com",
            ),
            Region(code="SAU", title="Saudi Arabia", title_ar="السعودية", base_url="https://secure.paytabs.sa"),
            Region(code="OMN", title="Oman", title_ar="عُمان", base_url="https://secure-oman.paytabs.com"),
            Region(code="JOR", title="Jordan", title_ar="الأردن", base_url="https://secure-jordan.paytabs.com"),
            Region(code="EGY", title="Egypt", title_ar="مصر", base_url="https://secure-egypt.paytabs.com"),
            Region(code="IRQ", title="Iraq", title_ar="العراق", base_url="https://secure-iraq.paytabs.com"),
            Region(code="KWT", title="Kuwait", title_ar="الكويت", base_url="https://secure-kuwait.paytabs.com"),
            Region(code="QAT", title="Qatar", title_ar="قطر", base_url="https://secure-doha.paytabs.com"),
            Region(code="MAR", title="Morocco", title_ar="المغرب", base_url="https://secure-morocco.paytabs.com"),
            Region(code="GLOBAL", title="Global", title_ar="عالمي", base_url="https://secure-global.paytabs.com"),
            Region(
                code="MADFOAT",
                title="Madfoat",
                title_ar="مدفوعات",
                base_url="https://madfoat-secure.paytabs.com",
                white_label=True,
            ),
            Region(
                code="CUZDAN",
                title="Cuzdan (Azerbaijan)",
                title_ar="جوزدان (أذربيجان)",
                base_url="https://secure.cuzdan.az",
                white_label=True,
            ),
            Region(
                code="CLICKPAY",
                title="ClickPay (Saudi Arabia)",
                title_ar="كليك باي (السعودية)",
                base_url="https://secure.clickpay.com.sa",
                white_label=True,
            ),
            Region(code="DEMO", title="Demo", title_ar="تجريبي", base_url="https://paypage.paytabs.com"),
        )
    }
)


def base_url_of(region: str) -> str:
    """The address of the region called *region* (its code, whatever the case); raises Misconfigured with the list."""
    try:
        return REGIONS[region.upper()].base_url
    except KeyError:
        raise Misconfigured(f"{region[:16]!r} is no PayTabs region; regions are {', '.join(REGIONS)}") from None


def normal_base_url(url: str) -> str:
    """Any address that speaks the same protocol, without its closing slash; raises Misconfigured with the reason."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, or brackets that are no IPv6 address
        usable = False
    else:
        usable = usable and not (parts.query or parts.fragment or parts.username or parts.password)
    if not usable:
        raise Misconfigured(f"the gateway's address must be like {REGIONS['ARE'].base_url}, without query or password")
    return url.strip().rstrip("/")
