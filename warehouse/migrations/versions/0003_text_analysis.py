"""What the text analysis says more of: the clause that found a theme; the measures of texts and themes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()


def upgrade() -> None:
    """Add the columns and tables; runs loaded before did not say it."""
    op.add_column("core_theme", sa.Column("clause", TEXT, nullable=False, server_default=""))
    op.add_column("out_theme", sa.Column("analysed_n", INTEGER, nullable=True))
    op.add_column("out_theme", sa.Column("value", NUMBER, nullable=True))
    op.add_column("out_theme", sa.Column("ci_low", NUMBER, nullable=True))
    op.add_column("out_theme", sa.Column("ci_high", NUMBER, nullable=True))
    op.create_table(
        "out_text_state",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "period", "organisation", "question_id", "state", name="pk_out_text_state"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_theme_attribute",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("theme_id", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.Column("analysed_n", INTEGER, nullable=False),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("ci_low", NUMBER, nullable=True),
        sa.Column("ci_high", NUMBER, nullable=True),
        sa.Column("expected_count", NUMBER, nullable=False),
        sa.Column("residual", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint(
            "run_id", "period", "question_id", "dimension", "category", "theme_id", name="pk_out_theme_attribute"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_theme_association",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("theme_id", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.Column("analysed_n", INTEGER, nullable=False),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("df", INTEGER, nullable=True),
        sa.Column("p_value", NUMBER, nullable=True),
        sa.Column("p_adjusted", NUMBER, nullable=True),
        sa.Column("method", TEXT, nullable=True),
        sa.Column("undefined_reason", TEXT, nullable=True),
        sa.Column("cramers_v", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint(
            "run_id", "period", "question_id", "dimension", "theme_id", name="pk_out_theme_association"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_script",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("script", TEXT, nullable=False),
        sa.Column("texts_n", INTEGER, nullable=False),
        sa.Column("analysed_n", INTEGER, nullable=False),
        sa.Column("coded_n", INTEGER, nullable=False),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("ci_low", NUMBER, nullable=True),
        sa.Column("ci_high", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "period", "question_id", "script", name="pk_out_script"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_keyword",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("word", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.Column("analysed_n", INTEGER, nullable=False),
        sa.Column("other_responses_n", INTEGER, nullable=False),
        sa.Column("other_analysed_n", INTEGER, nullable=False),
        sa.Column("log_odds", NUMBER, nullable=False),
        sa.Column("z", NUMBER, nullable=False),
        sa.Column("jaccard", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "period", "question_id", "dimension", "category", "word", name="pk_out_keyword"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_predicate",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("argument", TEXT, nullable=False),
        sa.Column("particle", TEXT, nullable=False),
        sa.Column("predicate", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id",
            "period",
            "organisation",
            "question_id",
            "argument",
            "particle",
            "predicate",
            name="pk_out_predicate",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_word",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("word", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.Column("community", INTEGER, nullable=False),
        sa.Column("degree_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "period", "question_id", "word", name="pk_out_word"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_word_pair",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("word_a", TEXT, nullable=False),
        sa.Column("word_b", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.Column("jaccard", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "period", "question_id", "word_a", "word_b", name="pk_out_word_pair"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_correspondence",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("point", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.Column("mass", NUMBER, nullable=False),
        sa.Column("inertia", NUMBER, nullable=False),
        sa.Column("axis_1", NUMBER, nullable=False),
        sa.Column("axis_2", NUMBER, nullable=False),
        sa.Column("is_small", FLAG, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "period", "question_id", "dimension", "point", "label", name="pk_out_correspondence"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_correspondence_axis",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("axis_n", INTEGER, nullable=False),
        sa.Column("value", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint(
            "run_id", "period", "question_id", "dimension", "axis_n", name="pk_out_correspondence_axis"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_text_copy",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("text_sha256", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("characters_n", INTEGER, nullable=False),
        sa.Column("people_n", INTEGER, nullable=False),
        sa.Column("organisations_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "period", "organisation", "question_id", "text_sha256", name="pk_out_text_copy"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_theme_ledger",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("theme_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("response_id_later", TEXT, nullable=True),
        sa.Column("became", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "period", "theme_id", "response_id", name="pk_out_theme_ledger"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_theme_change",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("theme_id", TEXT, nullable=False),
        sa.Column("pairs_n", INTEGER, nullable=False),
        sa.Column("appeared_n", INTEGER, nullable=False),
        sa.Column("persisted_n", INTEGER, nullable=False),
        sa.Column("disappeared_n", INTEGER, nullable=False),
        sa.Column("absent_n", INTEGER, nullable=False),
        sa.Column("silent_n", INTEGER, nullable=False),
        sa.Column("not_analysable_n", INTEGER, nullable=False),
        sa.Column("unanswered_n", INTEGER, nullable=False),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("ci_low", NUMBER, nullable=True),
        sa.Column("ci_high", NUMBER, nullable=True),
        sa.Column("p_value", NUMBER, nullable=True),
        sa.Column("p_adjusted", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "period", "organisation", "theme_id", name="pk_out_theme_change"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_voice",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("voice", TEXT, nullable=False),
        sa.Column("people_n", INTEGER, nullable=False),
        sa.Column("characters_first", NUMBER, nullable=True),
        sa.Column("characters_later", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "period", "organisation", "voice", name="pk_out_voice"),
        sqlite_with_rowid=False,
    )
