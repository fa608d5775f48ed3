"""The add-on as a package: what CS-Cart's installer and marketplace ask for, and what our own rules forbid."""

import re
import subprocess
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from babel.messages.pofile import read_po

from wasl.domain.money import CURRENCIES

HERE: Final = Path(__file__).parent
ADDON: Final = HERE.parents[3] / "src" / "wasl" / "stores" / "cs_cart" / "addon"
HOME: Final = ADDON / "app" / "addons" / "wasl"
PHP: Final = sorted(ADDON.rglob("*.php"))
TEMPLATES: Final = [*ADDON.rglob("*.tpl"), *(HOME / "templates").iterdir()]
LINES_MAX: Final = 450
# Money back is a part of its own: who never refunds in the shop need not read it.
REFUND_PART: Final = frozenset(
    {"src/refunds.php", "controllers/backend/orders.pre.php", "controllers/backend/rma.pre.php"}
)
REFUND_LINES_MAX: Final = 136
CORE_TEXTS: Final = {"error", "notice"}
# What the add-on must never do: finish a payment (it works once, and a late success would vanish), sleep before a
# buyer, skip the check of certificates, print or keep what is secret, run text as code.
FORBIDDEN: Final = (
    "fn_finish_payment", "fn_create_payment_form", "resetID", "sleep(", "CURLOPT_SSL", "var_dump", "print_r(",
    "file_put_contents", "error_log", "eval(", "$_POST", "HTTP_HOST", "== 'P'", "=== 'P'",
)  # fmt: skip


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def code_of(file: Path) -> str:
    """A PHP file without its comments, told apart by PHP itself."""
    strip = "echo php_strip_whitespace($argv[1]);"
    return subprocess.run(["php", "-r", strip, "--", str(file)], check=True, capture_output=True, text=True).stdout


def lines_of(file: Path) -> int:
    """Lines that are neither blank nor comment."""
    count = (
        "$code = ''; foreach (token_get_all(file_get_contents($argv[1])) as $t) {"
        " $is_note = is_array($t) && in_array($t[0], [T_COMMENT, T_DOC_COMMENT], true);"
        " $text = is_array($t) ? $t[1] : $t;"
        ' $code .= $is_note ? str_repeat("\\n", substr_count($text, "\\n")) : $text; }'
        " echo count(array_filter(array_map('trim', explode(\"\\n\", $code)), 'strlen'));"
    )
    return int(subprocess.run(["php", "-r", count, "--", str(file)], check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize("file", PHP, ids=lambda file: str(file.relative_to(ADDON)))
def test_php_itself_reads_each_file(file: Path) -> None:
    """The machine's PHP finds no error in any file."""
    done = subprocess.run(["php", "-l", str(file)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", ["7.1", "8.3"])
def test_the_oldest_and_the_newest_php_can_parse_it(version: str) -> None:
    """A parser set to PHP 7.1 and to 8.3 reads every file: the range that addon.xml promises."""
    done = subprocess.run(
        ["node", "parse.js", version, *map(str, PHP)], cwd=HERE / "parser", check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_parser_would_refuse_what_php_7_1_does_not_know(tmp_path: Path) -> None:
    """The parser's version matters: a typed property is no PHP 7.1."""
    newer = tmp_path / "newer.php"
    newer.write_text("<?php class A { private int $b = 1; }")
    done = subprocess.run(
        ["node", "parse.js", "7.1", str(newer)], cwd=HERE / "parser", check=False, capture_output=True
    )
    assert done.returncode == 1


def test_every_file_dies_when_a_browser_asks_for_it() -> None:
    """Requested directly, no file does anything (CS-Cart reference §2.1)."""
    for file in PHP:
        assert "defined('BOOTSTRAP') or die('Access denied');" in text_of(file), file


def test_the_manifest_says_what_the_marketplace_asks_for() -> None:
    """Scheme 3.0, an id equal to its folder, a semantic version, limits of core and PHP (CS-Cart reference §2.7)."""
    manifest = ET.parse(HOME / "addon.xml").getroot()  # noqa: S314  # our own file
    assert (manifest.get("scheme"), manifest.findtext("id"), manifest.findtext("default_language")) == (
        "3.0",
        "wasl",
        "en",
    )
    version = manifest.findtext("version") or ""
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert f"WASL_VERSION = '{version}'" in text_of(HOME / "src" / "settings.php")
    wants = {path: manifest.findtext(f"compatibility/{path}") for path in ("core_version/min", "core_version/max")}
    assert all(wants.values())
    assert manifest.findtext("compatibility/php_version/min") == "7.1.0"
    assert (manifest.findtext("compatibility/php_version/max") or "").startswith("8.3")


def test_the_manifest_names_functions_that_exist_and_tables_it_takes_away() -> None:
    """Every function of the manifest is written, and every table it makes it drops."""
    manifest = ET.parse(HOME / "addon.xml").getroot()  # noqa: S314  # our own file
    code = "".join(map(text_of, PHP))
    for item in manifest.iterfind("functions/item"):
        assert f"function {item.text}(" in code
    made = {
        m
        for i in manifest.iterfind("queries/item[@for='install']")
        for m in re.findall(r"EXISTS (\?:\w+)", i.text or "")
    }
    dropped = {
        m
        for i in manifest.iterfind("queries/item[@for='uninstall']")
        for m in re.findall(r"EXISTS (\?:\w+)", i.text or "")
    }
    assert made == dropped == {"?:wasl_payments", "?:wasl_nonces", "?:wasl_refunds"}


def test_the_package_lies_where_the_installer_takes_it() -> None:
    """Nothing at the root but the folders CS-Cart knows, and no settings of one shop (CS-Cart reference §2.6)."""
    assert {entry.name for entry in ADDON.iterdir()} == {"app", "design", "var"}
    assert [entry.name for entry in (ADDON / "app").iterdir()] == ["addons"]
    assert not (HOME / "config.php").exists()
    assert (ADDON / "design/backend/templates/addons/wasl/views/payments/components/cc_processors/wasl.tpl").is_file()


def test_the_code_stays_small() -> None:
    """A merchant's developer can read it in one sitting: the templates are not counted."""
    counts = {str(file.relative_to(HOME)): lines_of(file) for file in PHP if file.parent.name != "templates"}
    refunds = {name: lines for name, lines in counts.items() if name in REFUND_PART}
    assert sum(counts.values()) - sum(refunds.values()) <= LINES_MAX, counts
    assert sum(refunds.values()) <= REFUND_LINES_MAX, refunds


def test_every_function_and_constant_is_ours_by_name() -> None:
    """Add-ons share one namespace: nothing of ours may collide (CS-Cart reference §9, defect 21)."""
    for file in PHP:
        code = code_of(file).partition("<script>")[0]
        assert all(name.startswith("fn_wasl_") for name in re.findall(r"\bfunction (\w+)\(", code)), file
        assert all(name.startswith("WASL_") for name in re.findall(r"\bconst (\w+)", code)), file


@pytest.mark.parametrize("word", FORBIDDEN)
def test_it_never_does_what_others_did(word: str) -> None:
    """The traps of CS-Cart reference §9 are not in the code (usleep stands in the wait for a lock, before no buyer)."""
    for file in PHP:
        assert word not in code_of(file).replace("usleep(", "wait("), file


def texts(language: str) -> dict[tuple[str, str], str]:
    with (ADDON / "var" / "langs" / language / "addons" / "wasl.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {(str(m.context), str(m.id)): str(m.string) for m in catalogue if m.id}


def test_both_languages_say_the_same_things_and_leave_nothing_out() -> None:
    """The same contexts and originals in English and Arabic; every text is translated, placeholders and all."""
    english, arabic = texts("en"), texts("ar")
    assert english.keys() == arabic.keys()
    assert all(original == text for (_, original), text in english.items())
    for (context, original), text in arabic.items():
        assert re.search(r"[\u0600-\u06ff]", text), context
        assert re.findall(r"\[\w+\]", original) == re.findall(r"\[\w+\]", text)


def test_every_text_that_is_used_exists_and_every_text_that_exists_is_used() -> None:
    """No page shows a bare key, and no translation is dead."""
    there = {context.removeprefix("Languages::") for context, _ in texts("en") if context.startswith("Languages::")}
    used: set[str] = set()
    for file in [*PHP, *TEMPLATES]:
        used |= set(re.findall(r"""__\(["']([\w.]+)["']""", text_of(file)))
        used |= {f"wasl.{{$name}}_{end}" for end in re.findall(r'__\("wasl\.\{\$\w+\}_(\w+)"', text_of(file))}
    spread = {f"wasl.{state}_{end}" for state in ("confirming", "pending", "held", "late") for end in ("title", "text")}
    spread |= {f"wasl.refund_{state}" for state in ("approved", "refused", "asked", "under_way")}
    used = {key for key in used if "{" not in key} | spread
    implied = {"processor_description_wasl", "wasl.payment_id", "wasl.state", "wasl.refunded"}
    assert used - CORE_TEXTS | implied == there


def test_it_knows_the_same_decimals_as_wasl() -> None:
    """The add-on's two lists are those of ISO 4217 as Wasl has them, but for two units no card is charged in."""
    code = text_of(HOME / "src" / "settings.php")
    for decimals, name in ((0, "WASL_NO_DECIMALS"), (3, "WASL_THREE_DECIMALS")):
        listed = re.search(rf"{name} = '([A-Z ]+)'", code)
        assert listed is not None
        assert set(listed[1].split()) == {code for code, c in CURRENCIES.items() if c.decimals == decimals}
