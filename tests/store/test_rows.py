"""A row becomes a dataclass by the names of its columns, wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import create_engine, literal, select

from okf.store.rows import from_row, from_rows


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words that could be taken for each other."""

    first: str
    second: str


ROW = select(literal("b").label("second"), literal("c").label("sorted_by"), literal("a").label("first"))


def rows_of(statement):
    with create_engine("sqlite://").connect() as connection:
        return connection.execute(statement).all()


def test_a_column_fills_the_field_of_its_name_and_others_are_left_out():
    assert from_rows(Pair, rows_of(ROW)) == (Pair("a", "b"),)


def test_what_is_told_beside_the_row_goes_before_its_column():
    [row] = rows_of(ROW)
    assert from_row(Pair, row, second="told") == Pair("a", "told")


def test_a_column_that_is_missing_is_never_taken_from_another():
    [row] = rows_of(select(literal("a").label("first"), literal("b").label("other")))
    with pytest.raises(TypeError, match="second"):
        from_row(Pair, row)
