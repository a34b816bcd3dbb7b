"""The end of a return: what it says, and how it stands on the window."""
