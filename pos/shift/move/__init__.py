"""Cash that is moved by hand, and why, on the window."""
