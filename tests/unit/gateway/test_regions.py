"""Where PayTabs lives."""

import pytest

from wasl.errors import Misconfigured
from wasl.gateway.regions import REGIONS, base_url_of, normal_base_url


def test_every_host_of_the_reference_is_known() -> None:
    """§1.1, with its white labels."""
    assert {region.base_url.removeprefix("https://") for region in REGIONS.values()} == {
        "secure.paytabs.com",
        "secure.paytabs.sa",
        "secure-oman.paytabs.com",
        "secure-jordan.paytabs.com",
        "secure-egypt.paytabs.com",
        "secure-iraq.paytabs.com",
        "secure-kuwait.paytabs.com",
        "secure-doha.paytabs.com",
        "secure-morocco.paytabs.com",
        "secure-global.paytabs.com",
        "madfoat-secure.paytabs.com",
        "secure.cuzdan.az",
        "secure.clickpay.com.sa",
        "paypage.paytabs.com",
    }
    assert [region.code for region in REGIONS.values() if region.white_label] == ["MADFOAT", "CUZDAN", "CLICKPAY"]
    assert all(code == region.code for code, region in REGIONS.items())


def test_a_region_is_found_whatever_its_case() -> None:
    """People type it."""
    assert base_url_of("kwt") == "https://secure-kuwait.paytabs.com"


def test_an_unknown_region_is_answered_with_the_list() -> None:
    """The one who mistyped sees what there is."""
    with pytest.raises(Misconfigured, match="ARE, SAU"):
        base_url_of("UAE")


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://pay.example.com/", "https://pay.example.com"),
        (" http://127.0.0.1:8701 ", "http://127.0.0.1:8701"),
        ("https://pay.example.com/pt2/", "https://pay.example.com/pt2"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_any_address_of_the_protocol_will_do(url: str, normal: str) -> None:
    """White labels and emulators live anywhere."""
    assert normal_base_url(url) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pay.example.com",
        "ftp://pay.example.com",
        "https://",
        "https://x:99999",
        "https://x:port",
        "https://[::1",
        "https://user:pass@x",
        "https://x/?a=1",
        "https://x/#a",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_cannot_work_is_said_at_once(url: str) -> None:
    """Not at the first payment."""
    with pytest.raises(Misconfigured, match="like https"):
        normal_base_url(url)
