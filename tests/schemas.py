"""What a database says of its tables, so that two of them can be held against each other."""

from typing import Any

from sqlalchemy import Engine, inspect, text


def schema(engine: Engine) -> dict[str, Any]:
    """Every table with its columns, keys, indexes and constraints, in no order."""
    there = inspect(engine)
    return {"collations": _collations(engine)} | {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in there.get_columns(table)
            },
            "primary key": there.get_pk_constraint(table),
            "foreign keys": there.get_foreign_keys(table),
            "indexes": sorted(there.get_indexes(table), key=str),
            "unique": there.get_unique_constraints(table),
            "options": there.get_table_options(table),
        }
        for table in there.get_table_names()
    }


def _collations(engine: Engine) -> set[tuple[str, ...]]:
    """What each column sorts by, where that is not what the database sorts by."""
    if engine.dialect.name == "sqlite":
        return set()
    query = text(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND collation_name IS NOT NULL"
    )
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(query)}
