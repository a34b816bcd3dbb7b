"""The store's day of click and collect, for leads and managers: figures, hours, and what is behind each."""
