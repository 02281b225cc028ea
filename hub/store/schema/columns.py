"""What all tables share: their metadata, their sequences, and columns as the hub writes them."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Sequence, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

metadata = MetaData()

ids = Sequence("hub_ids", metadata=metadata, start=1000, increment=1000)
conversation_numbers = Sequence("conversation_numbers", metadata=metadata, start=1001)


def id_() -> Column[int]:
    """Return the primary key; ids come from `hub_ids`."""
    return Column("id", BigInteger, primary_key=True, autoincrement=False)


def ref(name: str, *, required: bool = False) -> Column[int]:
    """Return the id of another row; no foreign key stands behind it."""
    return Column(name, BigInteger, nullable=not required)


def text_(name: str, default: str | None = "") -> Column[str]:
    """Return a text that is never null; without a default it has to be given."""
    return Column(name, Text, nullable=False, server_default=None if default is None else text(f"'{default}'"))


def at(name: str, *, required: bool = False) -> Column[object]:
    """Return an instant."""
    return Column(name, TIMESTAMP(timezone=True), nullable=not required)


def flag(name: str) -> Column[bool]:
    """Return a yes or no, no by default."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def count(name: str) -> Column[int]:
    """Return a number from 0 on."""
    return Column(name, Integer, nullable=False, server_default=text("0"))


def list_(name: str) -> Column[object]:
    """Return a list as jsonb, empty by default."""
    return Column(name, JSONB, nullable=False, server_default=text("'[]'"))


def map_(name: str) -> Column[object]:
    """Return a small document as jsonb, empty by default."""
    return Column(name, JSONB, nullable=False, server_default=text("'{}'"))
