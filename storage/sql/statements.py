"""Every statement that the storage runs."""

from __future__ import annotations

from typing import final

import sqlalchemy as sa

from hpo.log.codec import Row
from hpo.storage.sql.schema import checkpoint_table as checkpoint
from hpo.storage.sql.schema import event_table as event
from hpo.storage.sql.schema import lease_table as lease
from hpo.storage.sql.schema import study_table as study
from hpo.storage.sql.transaction import Statement

__all__ = ["Statements"]

_FEW = 4  # events that are appended by one statement where that is possible


@final
class Statements:
    """The statements, compiled for a dialect; parameters in the order that each line names.

    Attributes:
        advance: (n, study_id). Hand out the next n positions.
        advance_from: (n, study_id, expect). Hand them out if the log has the expected length.
        advance_returning: (n, study_id). Hand them out and give the new length; None where a database can't.
        head: (study_id). The log's length.
        locked_head: (study_id). The log's length, and no other writer until the transaction ends.
        find: (identity). A study's id.
        taken: (name, identity). The ids and identities of studies that have one of the two.
        create: (name, identity, head). A study.
        insert: (study_id, position, and the fields of a `Row`). An event.
        append: By a number of events: (study_id, and the fields of each `Row`). Hand out their positions, insert them
            and give their positions, all in one; empty where a database can't.
        read: (study_id, since, until). Events, as the fields of a `Row`.
        read_finds_study: Whether `read` gives one row of NULLs if there are no such events, and no row only if there
            is no such study.
        touches: Whether a reader must write something to be sure that what it saw is on the disk.
        studies: (). All names and identities.
        rename: (name, study_id).
        delete_events, delete_leases, delete_checkpoint, delete_study: (study_id).
        beat, first_beat, end_lease: (study_id, number). Raise a count, begin one, forget one.
        beats: (study_id). Numbers and counts.
        checkpoint_position: (study_id). The position of the checkpoint.
        checkpoint: (study_id). The position and body of each of its parts.
        replace_checkpoint: (position, body, study_id, instead_of). Its first part, if the position was `instead_of`.
        delete_checkpoint_rest: (study_id). All parts but the first.
        insert_checkpoint: (study_id, part, position, body). A part.
    """

    def __init__(self, dialect: sa.Dialect) -> None:
        of, n = sa.bindparam("of", type_=sa.Integer), sa.bindparam("n", type_=sa.Integer)
        advance = sa.update(study).where(study.c.id == of).values(head=study.c.head + n)
        expected = study.c.head == sa.bindparam("expect", type_=sa.Integer)
        self.advance = Statement(advance, ("n", "of"), dialect)
        self.advance_from = Statement(advance.where(expected), ("n", "of", "expect"), dialect)
        self.advance_returning = (
            Statement(advance.returning(study.c.head), ("n", "of"), dialect) if dialect.update_returning else None
        )
        self.head = Statement(sa.select(study.c.head).where(study.c.id == of), ("of",), dialect)
        locked = sa.select(study.c.head).where(study.c.id == of).with_for_update()
        self.locked_head = Statement(locked, ("of",), dialect)
        named = study.c.name == sa.bindparam("name", type_=sa.String)
        identified = study.c.identity == sa.bindparam("identity", type_=sa.String)
        self.find = Statement(sa.select(study.c.id).where(identified), ("identity",), dialect)
        taken = sa.select(study.c.id, study.c.identity).where(named | identified)
        self.taken = Statement(taken, ("name", "identity"), dialect)
        fields = ("name", "identity", "head")
        create = sa.insert(study).values({name: sa.bindparam(name) for name in fields}).inline()
        self.create = Statement(create, fields, dialect)
        columns = ("study_id", "position", *Row._fields)
        insert = sa.insert(event).values({name: sa.bindparam(name) for name in columns}).inline()
        self.insert = Statement(insert, columns, dialect)
        self.append = {k: _append(k, dialect) for k in range(1, _FEW + 1)} if dialect.name == "postgresql" else {}
        self.touches = is_mysql = dialect.name in ("mysql", "mariadb")
        begin, end = sa.bindparam("since", type_=sa.BigInteger), sa.bindparam("until", type_=sa.BigInteger)
        wanted = (event.c.position >= begin) & (event.c.position < end)
        read = sa.select(*(event.c[name] for name in Row._fields)).order_by(event.c.position)
        self.read_finds_study = not is_mysql  # which would write the outer join into a file, to sort it
        if self.read_finds_study:
            joined = study.outerjoin(event, (event.c.study_id == study.c.id) & wanted)
            read = read.select_from(joined).where(study.c.id == of)
        else:
            read = read.where(event.c.study_id == of, wanted)
        self.read = Statement(read, ("of", "since", "until"), dialect)
        self.studies = Statement(sa.select(study.c.name, study.c.identity).order_by(study.c.id), (), dialect)
        self.delete_events = Statement(sa.delete(event).where(event.c.study_id == of), ("of",), dialect)
        self.delete_leases = Statement(sa.delete(lease).where(lease.c.study_id == of), ("of",), dialect)
        self.delete_study = Statement(sa.delete(study).where(study.c.id == of), ("of",), dialect)
        rename = sa.update(study).where(study.c.id == of).values(name=sa.bindparam("name"))
        self.rename = Statement(rename, ("name", "of"), dialect)
        number = sa.bindparam("trial", type_=sa.Integer)
        one: sa.ColumnElement[int] = sa.literal_column("1")
        mine = (lease.c.study_id == of) & (lease.c.number == number)
        self.beat = Statement(sa.update(lease).where(mine).values(beats=lease.c.beats + one), ("of", "trial"), dialect)
        first = sa.insert(lease).values(study_id=of, number=number, beats=one).inline()
        self.first_beat = Statement(first, ("of", "trial"), dialect)
        self.end_lease = Statement(sa.delete(lease).where(mine), ("of", "trial"), dialect)
        self.beats = Statement(sa.select(lease.c.number, lease.c.beats).where(lease.c.study_id == of), ("of",), dialect)
        its = checkpoint.c.study_id == of
        self.delete_checkpoint = Statement(sa.delete(checkpoint).where(its), ("of",), dialect)
        is_first: sa.ColumnElement[bool] = checkpoint.c.part == sa.literal_column("0")
        ends_at = sa.select(checkpoint.c.position).where(its, is_first)
        self.checkpoint_position = Statement(ends_at, ("of",), dialect)
        new = {name: sa.bindparam(name, type_=checkpoint.c[name].type) for name in ("position", "body")}
        replaced = checkpoint.c.position == sa.bindparam("instead_of", type_=sa.Integer)
        replace = sa.update(checkpoint).where(its, is_first, replaced).values(new)
        self.replace_checkpoint = Statement(replace, ("position", "body", "of", "instead_of"), dialect)
        self.delete_checkpoint_rest = Statement(sa.delete(checkpoint).where(its, ~is_first), ("of",), dialect)
        parts = sa.select(checkpoint.c.position, checkpoint.c.body).where(its).order_by(checkpoint.c.part)
        self.checkpoint = Statement(parts, ("of",), dialect)
        kept = ("study_id", "part", "position", "body")
        insert_part = sa.insert(checkpoint).values({name: sa.bindparam(name) for name in kept}).inline()
        self.insert_checkpoint = Statement(insert_part, kept, dialect)


def _append(n: int, dialect: sa.Dialect) -> Statement:
    """One round trip while the study's row is locked, and not one per statement."""
    of = sa.bindparam("of", type_=sa.Integer)
    advanced = sa.update(study).where(study.c.id == of).values(head=study.c.head + sa.literal_column(str(n)))
    tip = advanced.returning(study.c.head).cte("tip")

    def value(name: str, i: int) -> sa.ColumnElement[object]:  # its type is not to be guessed when it is NULL
        return sa.cast(sa.bindparam(f"{name}_{i}"), event.c[name].type)

    rows = [
        sa.select(
            of, tip.c.head - sa.literal_column(str(n - i)), *(value(name, i) for name in Row._fields)
        ).select_from(tip)
        for i in range(n)
    ]
    columns = ("study_id", "position", *Row._fields)
    insert = sa.insert(event).from_select(columns, sa.union_all(*rows)).returning(event.c.position)
    names = ("of", *(f"{name}_{i}" for i in range(n) for name in Row._fields))
    return Statement(insert, names, dialect)
