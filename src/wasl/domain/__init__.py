"""The money law, pure: no clock, no I/O, no vendor word. Everything else in Wasl serves this room."""
