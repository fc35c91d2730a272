"""The way from each version of the bot's tables to the next, as Alembic wants it laid out."""
