"""The virtual store's panel: what its devices show, and what hands do to them."""
