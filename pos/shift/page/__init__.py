"""The drawer's page and the shifts that were closed, on the window."""
