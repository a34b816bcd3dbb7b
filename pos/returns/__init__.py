"""Taking goods back: the order, what comes back of it and how, the money, with the network or without it."""
