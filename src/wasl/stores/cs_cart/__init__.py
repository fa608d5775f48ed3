"""CS-Cart and Multi-Vendor: the add-on a shop uploads, and one signed call to its own storefront door."""

from wasl.stores.cs_cart.connector import CsCart
from wasl.stores.cs_cart.package import Tenant, addon_zip

__all__ = ["CsCart", "Tenant", "addon_zip"]
