"""Settings: the environment wins, mistakes are named, secrets stay hidden."""

from pathlib import Path

import pytest

from wasl.errors import Misconfigured
from wasl.settings import Settings


def test_without_anything_it_runs_on_a_file() -> None:
    """The embedded default."""
    settings = Settings.load({})
    assert (settings.database_url, settings.sqlite_path) == ("sqlite:///wasl.db", Path("wasl.db"))
    assert not settings.allow_private_networks


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """And the file fills what the environment leaves out."""
    file = tmp_path / "wasl.toml"
    file.write_text('WASL_PUBLIC_URL = "https://file.example/"\nWASL_LOG_FORMAT = "json"\n')
    settings = Settings.load({"WASL_CONFIG": str(file), "WASL_LOG_FORMAT": "text"})
    assert (settings.public_url, settings.log_format) == ("https://file.example", "text")


def test_several_keys_are_kept_in_order_and_hidden() -> None:
    """The first seals, the others open."""
    settings = Settings.load({"WASL_SECRET_KEY": "new,old"})
    assert [key.reveal() for key in settings.secret_keys] == ["new", "old"]
    assert "new" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WASL_DATABASE_URL", "mysql://x"),
        ("WASL_DATABASE_URL", "sqlite:///"),
        ("WASL_PUBLIC_URL", "pay.example.com"),
        ("WASL_PUBLIC_URL", "https://pay.example.com/?a=b"),
        ("WASL_LOG_FORMAT", "xml"),
        ("WASL_ALLOW_PRIVATE_NETWORKS", "maybe"),
        ("WASL_CONFIG", "/does/not/exist.toml"),
    ],
)
def test_a_mistake_is_named(name: str, value: str) -> None:
    """The sentence says which setting, and what it should be."""
    with pytest.raises(Misconfigured, match=name):
        Settings.load({name: value})


def test_a_setting_that_is_none_is_refused(tmp_path: Path) -> None:
    """A typing mistake in the file is not passed over."""
    file = tmp_path / "wasl.toml"
    file.write_text('WASL_PUBLIK_URL = "x"\n')
    with pytest.raises(Misconfigured, match="WASL_PUBLIK_URL"):
        Settings.load({"WASL_CONFIG": str(file)})
