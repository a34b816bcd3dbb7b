"""Cash that is fetched with a slip: what is said of it, and how it stands on the window."""
