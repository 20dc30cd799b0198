"""The tables. All carry the prefix `hpo_`, so that a database may be shared with other programs.

A log's positions are handed out under the lock of its study's row (`head = head + n`): they have no gaps and
become visible in order, so a reader may ask for what comes after the last position that it has seen.

A study's row has the identity that the header of its log names, to be found by it; events go by the row's short id.
"""

from __future__ import annotations

import sqlalchemy as sa

__all__ = ["HEAD", "VERSION_TABLE", "checkpoint_table", "event_table", "lease_table", "metadata", "study_table"]

HEAD = "0005"
"""Revision of the schema that this version of hpo reads and writes."""

VERSION_TABLE = "hpo_alembic_version"

metadata = sa.MetaData()

study_table = sa.Table(
    "hpo_study",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(512), nullable=False, unique=True),
    sa.Column("head", sa.Integer, nullable=False),
    sa.Column("identity", sa.String(64), nullable=False, server_default=""),
    sa.Index("hpo_study_identity", "identity", unique=True),
    sqlite_autoincrement=True,  # an id that was deleted never comes back
)

event_table = sa.Table(
    "hpo_event",
    metadata,
    sa.Column("study_id", sa.Integer, sa.ForeignKey("hpo_study.id"), primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.SmallInteger, nullable=False),
    sa.Column("number", sa.Integer),
    sa.Column("step", sa.BigInteger),
    sa.Column("value", sa.Double),
    sa.Column("state", sa.SmallInteger),
    sa.Column("time", sa.Double),
    sa.Column("body", sa.Text),
    sqlite_with_rowid=False,  # rows lie in the order of the primary key, which is the order of reading
)

lease_table = sa.Table(
    "hpo_lease",
    metadata,
    sa.Column("study_id", sa.Integer, sa.ForeignKey("hpo_study.id"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("beats", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

checkpoint_table = sa.Table(
    "hpo_checkpoint",
    metadata,
    sa.Column("study_id", sa.Integer, sa.ForeignKey("hpo_study.id"), primary_key=True, autoincrement=False),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary(2**20), nullable=False),
)
