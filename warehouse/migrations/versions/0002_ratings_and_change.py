"""Ratings with their evidence and agreement, and change per person."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "core_rating",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("criterion_version", INTEGER, nullable=False),
        sa.Column("round_id", TEXT, nullable=False),
        sa.Column("item_id", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("rater", TEXT, nullable=False),
        sa.Column("level", INTEGER, nullable=True),
        sa.Column("rated_at", TEXT, nullable=False),
        sa.Column("has_evidence", FLAG, nullable=False),
        sa.Column("sheet_sha256", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "response_id", "criterion_id", "round_id", "origin", "rater", name="pk_core_rating"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_rating_evidence",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("round_id", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("rater", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("start", INTEGER, nullable=False),
        sa.Column("end", INTEGER, nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id",
            "response_id",
            "criterion_id",
            "round_id",
            "origin",
            "rater",
            "question_id",
            "start",
            "end",
            name="pk_core_rating_evidence",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_agreement",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("criterion_version", INTEGER, nullable=False),
        sa.Column("comparison", TEXT, nullable=False),
        sa.Column("rater_a", TEXT, nullable=False),
        sa.Column("rater_b", TEXT, nullable=False),
        sa.Column("rated_month", TEXT, nullable=False),
        sa.Column("statistic", TEXT, nullable=False),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("ci_low", NUMBER, nullable=True),
        sa.Column("ci_high", NUMBER, nullable=True),
        sa.Column("items_n", INTEGER, nullable=False),
        sa.Column("ratings_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id",
            "period",
            "criterion_id",
            "criterion_version",
            "comparison",
            "rater_a",
            "rater_b",
            "rated_month",
            "statistic",
            name="pk_out_agreement",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_confusion",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("criterion_version", INTEGER, nullable=False),
        sa.Column("comparison", TEXT, nullable=False),
        sa.Column("rater_a", TEXT, nullable=False),
        sa.Column("rater_b", TEXT, nullable=False),
        sa.Column("level_a", INTEGER, nullable=False),
        sa.Column("level_b", INTEGER, nullable=False),
        sa.Column("items_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id",
            "period",
            "criterion_id",
            "criterion_version",
            "comparison",
            "rater_a",
            "rater_b",
            "level_a",
            "level_b",
            name="pk_out_confusion",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_change",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("standpoint", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("statistic", TEXT, nullable=False),
        sa.Column("basis", TEXT, nullable=False),
        sa.Column("numerator", INTEGER, nullable=True),
        sa.Column("denominator", INTEGER, nullable=True),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("ci_low", NUMBER, nullable=True),
        sa.Column("ci_high", NUMBER, nullable=True),
        sa.Column("df", INTEGER, nullable=True),
        sa.Column("p_value", NUMBER, nullable=True),
        sa.Column("method", TEXT, nullable=True),
        sa.Column("undefined_reason", TEXT, nullable=True),
        sa.PrimaryKeyConstraint(
            "run_id",
            "period",
            "criterion_id",
            "standpoint",
            "organisation",
            "statistic",
            "basis",
            name="pk_out_change",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_out_change_run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_level_pair",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("standpoint", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("level_from", INTEGER, nullable=False),
        sa.Column("level_to", INTEGER, nullable=False),
        sa.Column("people_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id",
            "period",
            "criterion_id",
            "standpoint",
            "organisation",
            "level_from",
            "level_to",
            name="pk_out_level_pair",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_out_level_pair_run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_attrition",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("kept_n", INTEGER, nullable=False),
        sa.Column("lost_n", INTEGER, nullable=False),
        sa.Column("kept_share", NUMBER, nullable=True),
        sa.Column("lost_share", NUMBER, nullable=True),
        sa.Column("share_difference", NUMBER, nullable=True),
        sa.Column("standardised_difference", NUMBER, nullable=True),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("df", INTEGER, nullable=True),
        sa.Column("p_value", NUMBER, nullable=True),
        sa.Column("p_adjusted", NUMBER, nullable=True),
        sa.Column("cramers_v", NUMBER, nullable=True),
        sa.Column("method", TEXT, nullable=True),
        sa.Column("undefined_reason", TEXT, nullable=True),
        sa.PrimaryKeyConstraint(
            "run_id",
            "period",
            "criterion_id",
            "dimension",
            "category",
            name="pk_out_attrition",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_out_attrition_run_id"),
        sqlite_with_rowid=False,
    )
