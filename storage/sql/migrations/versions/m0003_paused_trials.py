"""Trials that pause, in the view."""

from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP VIEW hpo_trial")
    op.execute(_VIEW)


def downgrade() -> None:
    op.execute("DROP VIEW hpo_trial")
    op.execute(context.script.get_revision("0001").module._VIEW)


# As before, but that an end of the state 5 (PAUSED) ends the trial's stay on a worker and not the trial.
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
    FROM hpo_event WHERE kind = 6 AND state <> 5 GROUP BY study_id, number
), stay AS (
    SELECT study_id, number, MAX(position) AS position
    FROM hpo_event WHERE kind = 6 OR (kind = 3 AND number IS NOT NULL) GROUP BY study_id, number
)
SELECT study.name AS study,
       birth.number AS number,
       CASE WHEN ended.state = 1 THEN 'COMPLETE'
            WHEN ended.state = 2 THEN 'PRUNED'
            WHEN ended.state = 3 THEN 'FAIL'
            WHEN latest.state = 5 THEN 'PAUSED'
            WHEN birth.kind = 2 AND claim.position IS NULL THEN 'WAITING'
            ELSE 'RUNNING' END AS state,
       COALESCE(ended.value, latest.value) AS value,
       CASE WHEN birth.kind = 3 THEN birth.time ELSE begun.time END AS started,
       ended.time AS finished,
       COALESCE(ended.body, latest.body) AS details
FROM birth
JOIN hpo_study AS study ON study.id = birth.study_id
LEFT JOIN claim ON claim.study_id = birth.study_id AND claim.number = birth.number
LEFT JOIN hpo_event AS begun ON begun.study_id = claim.study_id AND begun.position = claim.position
LEFT JOIN finish ON finish.study_id = birth.study_id AND finish.number = birth.number
LEFT JOIN hpo_event AS ended ON ended.study_id = finish.study_id AND ended.position = finish.position
LEFT JOIN stay ON stay.study_id = birth.study_id AND stay.number = birth.number
LEFT JOIN hpo_event AS latest ON latest.study_id = stay.study_id AND latest.position = stay.position AND latest.kind = 6
WHERE NOT EXISTS (
    SELECT 1 FROM hpo_event AS deleted
    WHERE deleted.study_id = birth.study_id AND deleted.kind = 8 AND deleted.number = birth.number)
"""
