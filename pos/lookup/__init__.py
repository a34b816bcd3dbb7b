"""Finding an article by any part of its name, and where it lies."""
