"""Where a parcel lies: its shelf is scanned or typed."""
