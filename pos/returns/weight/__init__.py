"""How much of what was weighed comes back."""
