"""The demo's shop: a double of CS-Cart's checkout that talks to Wasl over HTTP, as the real add-on does."""

from wasl.demo.shop.app import serve
from wasl.demo.shop.config import ShopConfig

__all__ = ["ShopConfig", "serve"]
