"""The ready-made add-on: one zip with everything a shop needs to know inside, and no key of PayTabs.

The layout is what CS-Cart's manual installation accepts and the marketplace asks for (CS-Cart reference §2.6, §2.7).
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from wasl.domain.secret import Secret

CONFIG: Final = "app/addons/wasl/config.php"
# A zip dates its files, and PHP's code cache takes a file of the same date for the same one. So each is dated by what
# is in it: packing the same settings again gives the same bytes, and a changed file another date.
_EPOCH: Final = datetime(1990, 1, 1, tzinfo=UTC)
_DATES: Final = 2**29  # two-second steps, some 34 years of them
_FILE_MODE: Final = 0o644 << 16
_PHP_QUOTED: Final = str.maketrans({"\\": "\\\\", "'": "\\'"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A store as its add-on knows it; both keys are for traffic between shop and Wasl alone."""

    store_id: str
    name: str
    api_key: Secret = field(repr=False)
    signing_secret: Secret = field(repr=False)


def addon_zip(tenants: Sequence[Tenant], *, service_url: str) -> bytes:
    """The add-on for these stores of one shop; the first is the one a new payment method takes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_files(resources.files("wasl.stores.cs_cart").joinpath("addon"))):
            _add(archive, name, content)
        _add(archive, CONFIG, _config(tenants, service_url).encode())
    return packed.getvalue()


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _files(entry, f"{name}/")
        else:
            yield name, entry.read_bytes()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    step = int.from_bytes(hashlib.sha256(content).digest()[:8], "big") % _DATES
    dated = _EPOCH + timedelta(seconds=2 * step)
    entry = zipfile.ZipInfo(name, date_time=dated.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _FILE_MODE
    archive.writestr(entry, content)


def _config(tenants: Sequence[Tenant], service_url: str) -> str:
    """A PHP file that gives the settings to whoever includes it within the shop, and nothing to a browser."""
    stores = "".join(f"        {_array(tenant)},\n" for tenant in tenants)
    return (
        "<?php\n"
        "// Made by Wasl for this shop alone. It holds keys: do not publish it. A new one comes with each download.\n"
        "defined('BOOTSTRAP') or die('Access denied');\n\n"
        f"return [\n    'service_url' => {_text(service_url)},\n    'stores' => [\n{stores}    ],\n];\n"
    )


def _array(tenant: Tenant) -> str:
    values = {
        "store_id": tenant.store_id,
        "name": tenant.name,
        "api_key": tenant.api_key.reveal(),
        "signing_secret": tenant.signing_secret.reveal(),
    }
    return f"[{', '.join(f'{_text(key)} => {_text(value)}' for key, value in values.items())}]"


def _text(value: str) -> str:
    """A PHP string in single quotes, in which a backslash and the quote alone mean something."""
    return f"'{value.translate(_PHP_QUOTED)}'"
