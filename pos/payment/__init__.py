"""Taking payment: cash, card, or the rest by card."""
