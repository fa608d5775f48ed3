"""CS-Cart and Multi-Vendor: one signed call to the add-on's own storefront door."""

from wasl.stores.cs_cart.connector import CsCart

__all__ = ["CsCart"]
