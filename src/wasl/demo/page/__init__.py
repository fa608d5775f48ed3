"""What a person sees of the demo: templates, both languages, and both sides of an order as one story."""
