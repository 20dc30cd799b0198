"""Identities of logs: in the header of each, and beside the study's name, to be found by."""

import json
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_study = sa.table("hpo_study", sa.column("id"), sa.column("name"), sa.column("identity"))
_event = sa.table("hpo_event", *map(sa.column, ("study_id", "position", "kind", "body")))


def upgrade() -> None:
    letters = mysql.VARCHAR(64, charset="ascii", collation="ascii_bin")
    kind = sa.String(64).with_variant(letters, "mysql", "mariadb")
    op.add_column("hpo_study", sa.Column("identity", kind, nullable=False, server_default=""))
    connection = op.get_bind()
    for study_id, name in connection.execute(sa.select(_study.c.id, _study.c.name)).all():
        identity = _identify(connection, study_id)
        connection.execute(sa.update(_study).where(_study.c.id == study_id).values(identity=identity))
        _name_copy(connection, study_id, name)
    op.create_index("hpo_study_identity", "hpo_study", ["identity"], unique=True)


def downgrade() -> None:
    op.drop_index("hpo_study_identity", "hpo_study")
    op.drop_column("hpo_study", "identity")


def _identify(connection: sa.Connection, study_id: int) -> str:
    """Let a log's header name an identity, if it does not do so since an earlier upgrade, and return it."""
    header = (_event.c.study_id == study_id) & (_event.c.position == 0)
    body = json.loads(connection.execute(sa.select(_event.c.body).where(header)).scalar_one())
    identity = str(body.setdefault("identity", uuid.uuid4().hex))
    connection.execute(sa.update(_event).where(header).values(body=json.dumps(body, separators=(",", ":"))))
    return identity


def _name_copy(connection: sa.Connection, study_id: int, name: str) -> None:
    """Let a log end with its study's name; that of the copy of a renamed study may say how the original is called."""
    renamed = (_event.c.study_id == study_id) & (_event.c.kind == 9)
    latest = sa.select(_event.c.position, _event.c.body).where(renamed).order_by(_event.c.position.desc()).limit(1)
    for position, body in connection.execute(latest).all():
        if json.loads(body)["name"] != name:
            body = json.dumps({"name": name}, separators=(",", ":"))
            connection.execute(sa.update(_event).where(renamed, _event.c.position == position).values(body=body))
