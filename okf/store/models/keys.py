"""The keys under which texts and files are encrypted, each wrapped by one that is never in the database."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base


class MasterKey(Base):
    """Which master key wraps the data keys; the key itself is in a file elsewhere."""

    __tablename__ = "master_key"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)


class DataKey(Base):
    """The key of everything told under one scope, such as one case, wrapped by the master key."""

    __tablename__ = "data_key"

    scope: Mapped[str] = mapped_column(String(100), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped: Mapped[str] = mapped_column(String(200))
