"""Checkpoints of folded logs, in parts, beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hpo_checkpoint",
        sa.Column("study_id", sa.Integer, sa.ForeignKey("hpo_study.id"), primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary(2**20), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("hpo_checkpoint")
