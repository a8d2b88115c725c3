"""How each text answer is written, and which homophone rule gave a word its normal form."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; runs loaded before did not say it."""
    op.add_column("core_text", sa.Column("script", TEXT, nullable=False, server_default=""))
    op.add_column("core_token", sa.Column("norm_rule", TEXT, nullable=True))
