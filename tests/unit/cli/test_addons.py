"""`wasl addon`, as people and scripts see it."""

import zipfile
from pathlib import Path

from unit.cli.conftest import Cli

PUBLIC = "https://pay.example.com"
SERVER_KEY = "SJKLMNOPQR-XYZABCDEFG-HIJKLMNOPQ"
CONFIG = "app/addons/wasl/config.php"


def add(cli: Cli, *options: str, platform: str = "cs-cart") -> dict[str, str]:
    """A connected store."""
    made: dict[str, str] = cli.json(
        "store", "add", "--name", "Dukkan's", "--platform", platform, "--region", "SAU", "--profile-id", "12345",
        "--server-key", SERVER_KEY, "--currency", "SAR", "--store-url", "https://shop.example", *options,
        WASL_PUBLIC_URL=PUBLIC,
    )  # fmt: skip
    return made


def test_the_zip_is_configured_and_holds_no_key_of_paytabs(cli: Cli, tmp_path: Path) -> None:
    """Its owner alone can read it; packing again gives the same bytes."""
    store = add(cli)
    first, second = tmp_path / "one.zip", tmp_path / "two.zip"
    for file in (first, second):
        assert cli.json("addon", "cs-cart", "--store", store["store_id"], "-o", str(file), WASL_PUBLIC_URL=PUBLIC) == {
            "file": str(file), "stores": [store["store_id"]],
        }  # fmt: skip
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(first) as archive:
        config = archive.read(CONFIG).decode()
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert "'service_url' => 'https://pay.example.com'" in config
    assert store["signing_secret"] in config
    assert r"'name' => 'Dukkan\'s'" in config
    assert SERVER_KEY.encode() not in everything
    assert store["api_key"] not in config


def test_one_shop_may_have_several_stores(cli: Cli, tmp_path: Path) -> None:
    """Storefronts with profiles of their own share one add-on; the first is the default."""
    one, two = add(cli), add(cli, "--cart-prefix", "b-")
    file = tmp_path / "wasl.zip"
    cli.json(
        "addon",
        "cs-cart",
        "--store",
        two["store_id"],
        "--store",
        one["store_id"],
        "-o",
        str(file),
        WASL_PUBLIC_URL=PUBLIC,
    )
    with zipfile.ZipFile(file) as archive:
        config = archive.read(CONFIG).decode()
    assert config.index(two["store_id"]) < config.index(one["store_id"])


def test_what_cannot_be_packed_is_said(cli: Cli, tmp_path: Path) -> None:
    """Without an address the add-on would not know where to call; other platforms have no such add-on."""
    file = tmp_path / "wasl.zip"
    cs_cart, api = add(cli)["store_id"], add(cli, "--cart-prefix", "b-", platform="api")["store_id"]
    assert "WASL_PUBLIC_URL" in cli.refused("addon", "cs-cart", "--store", cs_cart, "-o", str(file), exits=1)
    for store_id, says in ((api, "platform api"), ("st_none", "`wasl store list`")):
        done = cli.run("addon", "cs-cart", "--store", store_id, "-o", str(file), WASL_PUBLIC_URL=PUBLIC)
        assert (done.returncode, says in done.stderr) == (1, True)
    done = cli.run("addon", "cs-cart", "--store", cs_cart, "-o", "/nowhere/wasl.zip", WASL_PUBLIC_URL=PUBLIC)
    assert (done.returncode, "cannot be written" in done.stderr) == (1, True)
    assert not file.exists()
