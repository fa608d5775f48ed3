"""The shop's process: what is missing is named, and what fails says why."""

import json
import stat
from pathlib import Path

import pytest

from wasl.demo.part import DemoFailed
from wasl.demo.shop import EXTENSIONS, Rate, Shop, ShopSettings, find_php


def php(folder: Path, *modules: str) -> str:
    """A PHP that has these extensions and nothing else, as its folder's path."""
    folder.mkdir()
    program = folder / "php"
    program.write_text(f"#!/bin/sh\necho '[PHP Modules]'\n{''.join(f'echo {name}{chr(10)}' for name in modules)}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(folder)


async def test_a_machine_without_php_is_told_every_package(tmp_path: Path) -> None:
    """One sentence, with what to type."""
    with pytest.raises(DemoFailed, match="needs php: install the Debian packages php-cli php-sqlite3 php-curl"):
        await find_php(str(tmp_path))


async def test_a_missing_extension_is_named_with_its_package(tmp_path: Path) -> None:
    """Only what is missing."""
    some = [name.upper() for name in EXTENSIONS if name not in ("curl", "zip")]
    with pytest.raises(DemoFailed, match=r"needs PHP's curl, PHP's zip: install the Debian packages php-curl php-zip "):
        await find_php(php(tmp_path / "bin", *some))
    assert await find_php(php(tmp_path / "whole", *EXTENSIONS)) == str(tmp_path / "whole" / "php")


async def test_a_shop_knows_its_settings_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    """What the double reads at its start; the folder will hold the add-on's keys."""
    settings = ShopSettings(
        url="http://127.0.0.1:9", currency="KWD", currencies=(Rate(code="KWD"), Rate(code="SAR", coefficient="0.08"))
    )
    shop = await Shop.install(tmp_path / "shop", settings)
    told = json.loads((tmp_path / "shop" / "shop.json").read_text(encoding="utf-8"))
    assert (told["url"], told["currency"], [one["code"] for one in told["currencies"]]) == (
        "http://127.0.0.1:9", "KWD", ["KWD", "SAR"],
    )  # fmt: skip
    assert stat.S_IMODE(shop.folder.stat().st_mode) == 0o700


async def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    """What is no zip is no add-on."""
    shop = await Shop.install(tmp_path / "shop", ShopSettings(url="http://127.0.0.1:9"))
    package = tmp_path / "no.zip"
    package.write_text("this is no zip")
    with pytest.raises(DemoFailed, match="install failed: "):
        await shop.add_addon(package)
