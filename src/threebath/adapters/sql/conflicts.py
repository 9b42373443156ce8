"""INSERTs that know what to do when the row is there already.

Both databases have ``ON CONFLICT``; SQLAlchemy has it in each one's own words.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Executable, Table, text
from sqlalchemy.dialects import postgresql, sqlite

_Insert = sqlite.Insert | postgresql.Insert

_INSERTS: Mapping[str, Callable[[Table], _Insert]] = {
    "sqlite": sqlite.Insert,
    "postgresql": postgresql.Insert,
}


def insert_unless_there(
    connection: Connection, table: Table, values: Mapping[str, object]
) -> Executable:
    """Return an INSERT that gives the new row back; none, where a unique index objects."""
    return _insert(connection, table, values).on_conflict_do_nothing().returning(table)


def insert_or_replace(
    connection: Connection, table: Table, values: Mapping[str, object]
) -> Executable:
    """Return an INSERT that takes the place of the row with the same primary key.

    It gives the row back.
    """
    put = _insert(connection, table, values).on_conflict_do_update(
        index_elements=[*table.primary_key], set_=dict(values)
    )
    return put.returning(table)


def number_after(connection: Connection, table: Table, last: int) -> None:
    """Let a table's own numbers go on after *last*, which somebody chose.

    SQLite does so by itself; PostgreSQL's sequence must be told.
    """
    if connection.dialect.name == "postgresql":
        skip = text(
            "SELECT setval(name, :last) FROM pg_get_serial_sequence(:place, 'id') AS name "
            "WHERE nextval(name) <= :last"
        )
        connection.execute(skip, {"place": table.name, "last": last})


def _insert(connection: Connection, table: Table, values: Mapping[str, object]) -> _Insert:
    return _INSERTS[connection.dialect.name](table).values(dict(values))
