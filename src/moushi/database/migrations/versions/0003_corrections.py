"""Corrections of what was found in texts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "corrections",
        sa.Column("text_id", sa.String(255), primary_key=True),
        sa.Column("field", sa.String(16), primary_key=True),
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("was", sa.String(255)),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by", sa.String(255), nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("corrections")
