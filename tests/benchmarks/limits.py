"""What keeps a figure from its goal, by the goal's name: told in docs/performance.md."""

LIMITS = {}
