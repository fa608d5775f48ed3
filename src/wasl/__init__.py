"""Wasl connects online stores to PayTabs and makes order status the truth about money."""

__version__ = "0.1.0"
