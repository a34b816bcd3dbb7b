"""The cards that an order's lines stand on."""
