"""After the sale: change to give, the receipt, the next customer."""
