"""The way from each version of the snapshots' tables to the next, as Alembic wants it laid out.

Whoever changes `segmentation.schema` adds a revision to `versions`, by hand, and its number as
`newest` there. A revision knows its tables itself, for what the code knows moves on. Tests hold
that the first store comes up to what a new one has.
"""
