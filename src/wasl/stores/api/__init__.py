"""Any application: every version, in order, as a webhook signed after *Standard Webhooks*."""

from wasl.stores.api.connector import Api

__all__ = ["Api"]
