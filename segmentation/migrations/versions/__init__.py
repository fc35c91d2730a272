"""One revision a version."""
