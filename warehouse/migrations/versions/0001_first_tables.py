"""The first tables of the warehouse."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger()
NUMBER: sa.Double[float] = sa.Double()
FLAG = sa.Boolean()


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "meta_run",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("wave", TEXT, nullable=False),
        sa.Column("programme_id", TEXT, nullable=False),
        sa.Column("code_sha256", TEXT, nullable=False),
        sa.Column("commit_id", TEXT, nullable=True),
        sa.Column("is_dirty", FLAG, nullable=True),
        sa.Column("lock_sha256", TEXT, nullable=False),
        sa.Column("model_name", TEXT, nullable=True),
        sa.Column("model_version", TEXT, nullable=True),
        sa.Column("dictionary_version", TEXT, nullable=True),
        sa.Column("first_loaded_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_meta_run"),
    )
    op.create_table(
        "meta_execution",
        sa.Column("execution_id", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("started_at", TEXT, nullable=False),
        sa.Column("finished_at", TEXT, nullable=True),
        sa.Column("started_by", TEXT, nullable=False),
        sa.Column("workers_n", INTEGER, nullable=False),
        sa.Column("out_sha256", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("execution_id", name="pk_meta_execution"),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_meta_execution_run_id"),
    )
    op.create_table(
        "meta_definition",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "file_name", name="pk_meta_definition"),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_meta_definition_run_id"),
    )
    op.create_table(
        "raw_file",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("bytes_n", INTEGER, nullable=False),
        sa.Column("first_seen_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_raw_file"),
    )
    op.create_table(
        "meta_input",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("wave", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=True),
        sa.Column("form_id", TEXT, nullable=False),
        sa.Column("instrument_id", TEXT, nullable=False),
        sa.Column("bytes_n", INTEGER, nullable=False),
        sa.Column("rows_n", INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "wave", "file_name", "form_id", "instrument_id", name="pk_meta_input"),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_meta_input_run_id"),
        sa.ForeignKeyConstraint(["sha256"], ["raw_file.sha256"], name="fk_meta_input_sha256"),
    )
    op.create_table(
        "meta_publication",
        sa.Column("wave", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("wave", name="pk_meta_publication"),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_meta_publication_run_id"),
    )
    op.create_table(
        "core_response",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("form_id", TEXT, nullable=False),
        sa.Column("instrument_id", TEXT, nullable=False),
        sa.Column("wave", TEXT, nullable=False),
        sa.Column("respondent_id", TEXT, nullable=True),
        sa.Column("answered_at", TEXT, nullable=False),
        sa.Column("answered_on", TEXT, nullable=False),
        sa.Column("answered_at_origin", TEXT, nullable=False),
        sa.Column("file_sha256", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("sheet", TEXT, nullable=True),
        sa.Column("row_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "response_id", name="pk_core_response"),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_core_response_run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_answer",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("value_code", TEXT, nullable=True),
        sa.Column("value_number", NUMBER, nullable=True),
        sa.Column("value_text", TEXT, nullable=True),
        sa.Column("value_date", TEXT, nullable=True),
        sa.Column("missing_kind", TEXT, nullable=True),
        sa.Column("crosswalk_class", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "response_id", "question_id", "position", name="pk_core_answer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_score",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("criterion_id", TEXT, nullable=False),
        sa.Column("criterion_version", INTEGER, nullable=False),
        sa.Column("level", INTEGER, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "response_id", "criterion_id", "origin", name="pk_core_score"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_text",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("characters_n", INTEGER, nullable=False),
        sa.Column("mask_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "response_id", "question_id", name="pk_core_text"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_token",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("token_n", INTEGER, nullable=False),
        sa.Column("start", INTEGER, nullable=False),
        sa.Column("end", INTEGER, nullable=False),
        sa.Column("surface", TEXT, nullable=False),
        sa.Column("lemma", TEXT, nullable=False),
        sa.Column("norm", TEXT, nullable=False),
        sa.Column("pos", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "response_id", "question_id", "token_n", name="pk_core_token"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_theme",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("theme_id", TEXT, nullable=False),
        sa.Column("rule_id", TEXT, nullable=False),
        sa.Column("rule_version", INTEGER, nullable=False),
        sa.Column("start", INTEGER, nullable=False),
        sa.Column("end", INTEGER, nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "response_id", "question_id", "theme_id", "rule_id", "start", "end", name="pk_core_theme"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_mask",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("start", INTEGER, nullable=False),
        sa.Column("end", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "response_id", "question_id", "start", name="pk_core_mask"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_indicator",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("indicator_id", TEXT, nullable=False),
        sa.Column("indicator_version", INTEGER, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("reading", TEXT, nullable=False),
        sa.Column("is_declared", FLAG, nullable=False),
        sa.Column("numerator", INTEGER, nullable=True),
        sa.Column("denominator", INTEGER, nullable=True),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("ci_low", NUMBER, nullable=True),
        sa.Column("ci_high", NUMBER, nullable=True),
        sa.Column("eligible_n", INTEGER, nullable=False),
        sa.Column("measured_n", INTEGER, nullable=False),
        sa.Column("missing_n", INTEGER, nullable=False),
        sa.Column("class_ab_n", INTEGER, nullable=False),
        sa.Column("class_c_n", INTEGER, nullable=False),
        sa.Column("class_d_n", INTEGER, nullable=False),
        sa.Column("target", NUMBER, nullable=True),
        sa.Column("target_op", TEXT, nullable=True),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("shortfall", INTEGER, nullable=True),
        sa.PrimaryKeyConstraint(
            "run_id",
            "indicator_id",
            "period",
            "organisation",
            "dimension",
            "category",
            "reading",
            name="pk_out_indicator",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_out_indicator_run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_indicator_member",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("indicator_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("reading", TEXT, nullable=False),
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("in_numerator", FLAG, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "indicator_id", "period", "organisation", "reading", "response_id", name="pk_out_indicator_member"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_indicator_public",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("indicator_id", TEXT, nullable=False),
        sa.Column("indicator_version", INTEGER, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("reading", TEXT, nullable=False),
        sa.Column("is_declared", FLAG, nullable=False),
        sa.Column("numerator", INTEGER, nullable=True),
        sa.Column("denominator", INTEGER, nullable=True),
        sa.Column("value", NUMBER, nullable=True),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("ci_low", NUMBER, nullable=True),
        sa.Column("ci_high", NUMBER, nullable=True),
        sa.Column("eligible_n", INTEGER, nullable=True),
        sa.Column("measured_n", INTEGER, nullable=True),
        sa.Column("missing_n", INTEGER, nullable=True),
        sa.Column("class_ab_n", INTEGER, nullable=True),
        sa.Column("class_c_n", INTEGER, nullable=True),
        sa.Column("class_d_n", INTEGER, nullable=True),
        sa.Column("target", NUMBER, nullable=True),
        sa.Column("target_op", TEXT, nullable=True),
        sa.Column("verdict", TEXT, nullable=True),
        sa.Column("shortfall", INTEGER, nullable=True),
        sa.Column("suppressed", FLAG, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id",
            "indicator_id",
            "period",
            "organisation",
            "dimension",
            "category",
            "reading",
            name="pk_out_indicator_public",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["meta_run.run_id"], name="fk_out_indicator_public_run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_finding",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("finding_n", INTEGER, nullable=False),
        sa.Column("wave", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=True),
        sa.Column("form_id", TEXT, nullable=True),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("sheet", TEXT, nullable=True),
        sa.Column("row_n", INTEGER, nullable=True),
        sa.Column("response_id", TEXT, nullable=True),
        sa.Column("question_id", TEXT, nullable=True),
        sa.Column("reason_code", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("expected", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "finding_n", name="pk_out_finding"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_theme",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("theme_id", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.Column("texts_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "period", "organisation", "question_id", "theme_id", name="pk_out_theme"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_term",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("lemma", TEXT, nullable=False),
        sa.Column("responses_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "period", "organisation", "question_id", "lemma", name="pk_out_term"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_language",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("question_id", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("texts_n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "period", "organisation", "question_id", "language", "state", name="pk_out_language"
        ),
        sqlite_with_rowid=False,
    )
