"""The order that is open: its next step, its parcels on a shelf line, who waits."""
