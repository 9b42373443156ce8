"""Column types that behave alike on SQLite and PostgreSQL, whatever a client sends."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_MOST = 2**63 - 1


class Number(TypeDecorator[int]):
    """A whole number of 64 bits; one outside them becomes the nearest inside.

    No row has such a number, so that a lookup finds nothing instead of failing.
    """

    impl = BigInteger().with_variant(Integer(), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return None if value is None else max(-_MOST, min(_MOST, value))


class Moment(TypeDecorator[datetime]):
    """A moment as microseconds since 1970 in UTC; aware on both sides."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _TICK


class Words(TypeDecorator[str]):
    """Text; what no database takes (NUL, lone surrogates) becomes a question mark."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value and value.replace("\0", "?").encode("utf-8", "replace").decode()
