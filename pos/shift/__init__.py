"""A cashier's shift at the drawer: opening float, cash moved by hand, the blind count, the Z report."""
