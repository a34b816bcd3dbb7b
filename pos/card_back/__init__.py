"""Money goes back to the card that paid, through the till's own card terminal."""
