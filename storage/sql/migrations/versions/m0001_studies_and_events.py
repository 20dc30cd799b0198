"""Studies, events, and the view of trials.

The tables are written out here, and not taken from `schema.py`, because a migration describes one moment.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_TEXT = sa.Text().with_variant(mysql.LONGTEXT, "mysql", "mariadb")  # its TEXT ends at 64 KiB


def _name_type() -> sa.types.TypeEngine[str]:
    """Text that is compared to the letter; MySQL and MariaDB look past case and trailing spaces unless told."""
    dialect = op.get_bind().dialect
    if dialect.name not in ("mysql", "mariadb"):
        return sa.String(512)
    collation = "utf8mb4_nopad_bin" if dialect.is_mariadb else "utf8mb4_0900_bin"
    return mysql.VARCHAR(512, charset="utf8mb4", collation=collation)


def upgrade() -> None:
    op.create_table(
        "hpo_study",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", _name_type(), nullable=False, unique=True),
        sa.Column("head", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "hpo_event",
        sa.Column("study_id", sa.Integer, sa.ForeignKey("hpo_study.id"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("step", sa.BigInteger),
        sa.Column("value", sa.Double),
        sa.Column("state", sa.SmallInteger),
        sa.Column("time", sa.Double),
        sa.Column("body", _TEXT),
        sqlite_with_rowid=False,
    )
    op.execute(_VIEW)


def downgrade() -> None:
    op.execute("DROP VIEW hpo_trial")
    op.drop_table("hpo_event")
    op.drop_table("hpo_study")


# A trial is born when it is queued (kind 2; with a number it retries that one, which counts once) or when it starts
# without claiming a queued one (kind 3, no number); its number is its rank among the births. The first end (kind 6)
# counts; kind 8 deletes. Times are seconds since 1970, UTC.
_VIEW = """
CREATE VIEW hpo_trial AS
WITH birth AS (
    SELECT study_id, position, kind, time,
           ROW_NUMBER() OVER (PARTITION BY study_id ORDER BY position) - 1 AS number
    FROM hpo_event AS one
    WHERE (kind = 3 AND number IS NULL) OR (kind = 2 AND NOT EXISTS (
        SELECT 1 FROM hpo_event AS earlier
        WHERE earlier.study_id = one.study_id AND earlier.kind = 2
          AND earlier.number = one.number AND earlier.position < one.position))
), claim AS (
    SELECT study_id, number, MIN(position) AS position
    FROM hpo_event WHERE kind = 3 AND number IS NOT NULL GROUP BY study_id, number
), finish AS (
    SELECT study_id, number, MIN(position) AS position
    FROM hpo_event WHERE kind = 6 GROUP BY study_id, number
)
SELECT study.name AS study,
       birth.number AS number,
       CASE WHEN ended.state = 1 THEN 'COMPLETE'
            WHEN ended.state = 2 THEN 'PRUNED'
            WHEN ended.state = 3 THEN 'FAIL'
            WHEN birth.kind = 2 AND claim.position IS NULL THEN 'WAITING'
            ELSE 'RUNNING' END AS state,
       ended.value AS value,
       CASE WHEN birth.kind = 3 THEN birth.time ELSE begun.time END AS started,
       ended.time AS finished,
       ended.body AS details
FROM birth
JOIN hpo_study AS study ON study.id = birth.study_id
LEFT JOIN claim ON claim.study_id = birth.study_id AND claim.number = birth.number
LEFT JOIN hpo_event AS begun ON begun.study_id = claim.study_id AND begun.position = claim.position
LEFT JOIN finish ON finish.study_id = birth.study_id AND finish.number = birth.number
LEFT JOIN hpo_event AS ended ON ended.study_id = finish.study_id AND ended.position = finish.position
WHERE NOT EXISTS (
    SELECT 1 FROM hpo_event AS deleted
    WHERE deleted.study_id = birth.study_id AND deleted.kind = 8 AND deleted.number = birth.number)
"""
