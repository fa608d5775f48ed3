"""The shop's configuration file: read strictly, and never shown."""

from pathlib import Path

import pytest

from wasl.demo.shop.config import BadConfig, origin, read_config

FILE = '{"wasl_url":"http://127.0.0.1:8/","api_key":"planted-key","signing_secret":"whsec_planted"%s}'


def _written(folder: Path, more: str = "") -> Path:
    path = folder / "shop.json"
    path.write_text(FILE % more, encoding="utf-8")
    return path


def test_a_file_becomes_settings_that_hide_their_keys(tmp_path: Path) -> None:
    """The keys are there, and no repr shows them."""
    config = read_config(_written(tmp_path, ',"currency":"KWD"'))
    assert (config.wasl_url, config.currency.decimals) == ("http://127.0.0.1:8", 3)
    assert config.api_key.reveal() == "planted-key"
    assert "planted" not in repr(config)


@pytest.mark.parametrize("more", [',"curency":"SAR"', ',"currency":"XYZ"', ',"port":"eighty"', ","])
def test_a_file_that_cannot_be_used_is_refused_without_showing_a_key(tmp_path: Path, more: str) -> None:
    """A misspelt field, an unknown currency, a wrong type, no JSON: one sentence each."""
    with pytest.raises(BadConfig) as caught:
        read_config(_written(tmp_path, more))
    assert "planted" not in str(caught.value)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    """The path is in the sentence."""
    with pytest.raises(BadConfig, match=r"none\.json"):
        read_config(tmp_path / "none.json")


def test_an_origin_has_no_path() -> None:
    """What a content security policy may name."""
    assert origin("http://127.0.0.1:8080/payment/page?x=1") == "http://127.0.0.1:8080"
