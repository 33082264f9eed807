"""What all tables share: the base class, the kinds of columns, and the constraints that are made from words."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Key = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Moment = Annotated[datetime, mapped_column(TIMESTAMP(timezone=True))]
Stamp = Annotated[datetime, mapped_column(TIMESTAMP(timezone=True), server_default=func.now())]
Actor = Annotated[str, mapped_column(Text, server_default=text("SESSION_USER"))]


def league(*, key: bool = False) -> Mapped[int]:
    """The league that every row belongs to; with ``key`` a part of the primary key."""
    return mapped_column(BigInteger, ForeignKey("league.id"), index=False, primary_key=key)


def within(own: str, column: str, target: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """``column`` of the table ``own`` names a row of ``target`` in the same league."""
    return ForeignKeyConstraint(
        ["league_id", column],
        [f"{target}.league_id", f"{target}.id"],
        name=f"fk_{own}_{column}",
        ondelete=ondelete,
    )


def one_of(column: str, values: type | tuple[str, ...], name: str) -> CheckConstraint:
    """CHECK that ``column`` holds one of the words; they come from our own enums, never from people."""
    words = ", ".join(f"'{value}'" for value in values)  # type: ignore[union-attr]
    return CheckConstraint(f"{column} IN ({words})", name=name)


def in_words(values: tuple[str, ...]) -> str:
    """The words as SQL writes a list of them."""
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def ranked(column: str, values: type[StrEnum]) -> Computed:
    """A stored column with the place of the word in ``column`` among ``values``."""
    places = " ".join(f"WHEN '{value}' THEN {place}" for place, value in enumerate(values))
    return Computed(f"(CASE {column} {places} ELSE 99 END)::smallint", persisted=True)


def folded(expression: str) -> Computed:
    """A stored column with the case- and accent-blind form of ``expression``."""
    return Computed(f"bball_fold({expression})", persisted=True)


def lowered(column: str) -> Computed:
    """A stored column with the lower case of an address. Behind the walls an index can be asked for a column alone, and
    not for what a function makes of it, since functions may tell what they were given."""
    return Computed(f"lower({column})", persisted=True)


SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""What separates words: all of ASCII that is neither a letter nor a digit."""


def searchable(expression: str) -> Computed:
    """A stored search vector over ``expression``; mail addresses count as their words."""
    # ``translate`` would look for each of the signs at each place, which took longer than all the rest of a row.
    others = "".join(sign for sign in SIGNS if sign not in "[]-").replace("'", "''").replace("\\", "\\\\")
    return Computed(
        f"to_tsvector('simple'::regconfig, regexp_replace(bball_fold({expression}), '[][{others}-]', ' ', 'g'))",
        persisted=True,
    )


class Base(DeclarativeBase):
    """All tables; the naming convention lets migrations drop a constraint by name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


LANGUAGE_TAG = "'^[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}$'"
"""A language tag (RFC 5646) in lower case, as far as mails care: language, perhaps script, perhaps region."""
