"""A whole world of shops, buyers and a gateway around the real engine, driven by one seed, that tries to break it."""
