"""The demo: a shop that behaves as CS-Cart does, buyers who try everything, and a page that shows both sides."""
