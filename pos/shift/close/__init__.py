"""What a count came to, and the end of a shift, on the window."""
