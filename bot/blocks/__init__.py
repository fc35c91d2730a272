"""Every message and view as a pure function: a domain value in, Block Kit out."""
