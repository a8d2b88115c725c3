"""The warehouse's tables: each named columns of the column dictionary, a key and what to beware of when using it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from warehouse.definitions import Text
from warehouse.fields import FIELDS, Field, Kind

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text in the order of its code points on both engines: SQLite's default, PostgreSQL's collation "C"."""

_TYPES: dict[Kind, sa.types.TypeEngine[Any]] = {
    "text": TEXT,
    "day": TEXT,
    "instant": TEXT,
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "flag": sa.Boolean(),
}


@dataclass(frozen=True)
class Table:
    """One table. `nullable` names columns that may be null here though the dictionary's default says not.

    `references`: column -> the table whose key it names. Only small tables have them: a reference costs a look-up a
    row, so that loading checks the response ids of the large ones once, in memory.
    """

    name: str
    description: Text
    columns: tuple[str, ...]
    key: tuple[str, ...]
    nullable: tuple[str, ...] = ()
    references: dict[str, str] = field(default_factory=dict)
    usage_warnings: tuple[Text, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns as the dictionary describes them, in the table's order."""
        return tuple(FIELDS[name] for name in self.columns)

    def is_nullable(self, column: Field) -> bool:
        """Whether the column may be null in this table."""
        return column.is_nullable or column.name in self.nullable


def _table(
    name: str,
    ja: str,
    en: str,
    columns: str,
    key: str,
    nullable: str = "",
    references: dict[str, str] | None = None,
    warnings: tuple[tuple[str, str], ...] = (),
) -> Table:
    return Table(
        name,
        Text(ja=ja, en=en),
        tuple(columns.split()),
        tuple(key.split()),
        tuple(nullable.split()),
        references or {},
        tuple(Text(ja=in_ja, en=in_en) for in_ja, in_en in warnings),
    )


_INDICATOR_COLUMNS = """run_id indicator_id indicator_version period organisation dimension category reading is_declared
    numerator denominator value unit ci_low ci_high eligible_n measured_n missing_n class_ab_n class_c_n class_d_n
    target target_op verdict shortfall"""
_INDICATOR_KEY = "run_id indicator_id period organisation dimension category reading"
_COVERAGE_COLUMNS = "eligible_n measured_n missing_n class_ab_n class_c_n class_d_n"
_INTERNAL = (
    "個人の記録です。事業の外に出さないこと",
    "records of persons: not to leave the programme",
)
_SMALL_COUNTS = (
    "小さい数がそのまま入っています。秘匿処理をせずに公表しないこと",
    "holds small counts as they are: not to be published without disclosure control",
)

_META = [
    _table(
        "meta_run",
        "実行: 何から作られたか",
        "runs: what each was made from",
        """run_id wave programme_id code_sha256 commit_id is_dirty lock_sha256 model_name model_version
        dictionary_version first_loaded_at""",
        "run_id",
    ),
    _table(
        "meta_execution",
        "起動の記録",
        "log of executions",
        "execution_id run_id started_at finished_at started_by workers_n out_sha256",
        "execution_id",
        references={"run_id": "meta_run"},
    ),
    _table(
        "meta_definition",
        "実行に使った定義の全文",
        "the definitions a run used, in full",
        "run_id file_name sha256 text",
        "run_id file_name",
        references={"run_id": "meta_run"},
    ),
    _table(
        "raw_file",
        "受け取ったファイル(内容のハッシュで識別)",
        "files received, by hash of their content",
        "sha256 bytes_n first_seen_at",
        "sha256",
    ),
    _table(
        "meta_input",
        "実行が読んだファイル",
        "the files a run read",
        "run_id file_name sha256 wave organisation form_id instrument_id bytes_n rows_n",
        "run_id wave file_name form_id instrument_id",
        nullable="organisation",
        references={"run_id": "meta_run", "sha256": "raw_file"},
        warnings=(
            (
                "複数団体のファイルでは organisation が null です",
                "organisation is null where a file holds several organisations' rows",
            ),
        ),
    ),
    _table(
        "meta_publication",
        "各回で公開している実行",
        "the run that each wave publishes",
        "wave run_id",
        "wave",
        references={"run_id": "meta_run"},
        warnings=(
            (
                "読むときは必ずこの表を通すこと。古い実行の行も残っています",
                "always read through this table: rows of older runs stay in the warehouse",
            ),
        ),
    ),
]

_CORE = [
    _table(
        "core_response",
        "採用した回答・記録",
        "accepted responses and records",
        """run_id response_id organisation form_id instrument_id wave respondent_id answered_at answered_on
        answered_at_origin file_sha256 file_name sheet row_n""",
        "run_id response_id",
        references={"run_id": "meta_run"},
        warnings=(
            _INTERNAL,
            (
                "wave は届いた回です。評価時点は answered_at だけで決まります",
                "wave says which wave the file was sent for; the period is decided by answered_at alone",
            ),
        ),
    ),
    _table(
        "core_answer",
        "回答の値(複数回答は選択肢ごとに1行)",
        "answers, one fact a row (one row per ticked choice)",
        """run_id response_id question_id position value_code value_number value_text value_date missing_kind
        crosswalk_class""",
        "run_id response_id question_id position",
        warnings=(
            _INTERNAL,
            (
                "有効回答は missing_kind が null の行だけです。D区分は値がないという記録です",
                "only rows without missing_kind are valid answers; class D records that there can be none",
            ),
        ),
    ),
    _table(
        "core_score",
        "評価規準の水準",
        "levels under the criteria",
        "run_id response_id criterion_id criterion_version level origin question_id",
        "run_id response_id criterion_id origin",
        nullable="question_id",
        warnings=(_INTERNAL,),
    ),
    _table(
        "core_text",
        "自由記述の分析の状態",
        "state of each analysed text answer",
        "run_id response_id question_id language state characters_n mask_n",
        "run_id response_id question_id",
        warnings=(_INTERNAL,),
    ),
    _table(
        "core_token",
        "自由記述の語",
        "words of the text answers",
        "run_id response_id question_id token_n start end surface lemma norm pos",
        "run_id response_id question_id token_n",
        warnings=(_INTERNAL,),
    ),
    _table(
        "core_theme",
        "自由記述に見つかったテーマと根拠",
        "themes found in the text answers, with their evidence",
        "run_id response_id question_id theme_id rule_id rule_version start end quote",
        "run_id response_id question_id theme_id rule_id start end",
        warnings=(_INTERNAL,),
    ),
    _table(
        "core_mask",
        "置き換えた直接識別子の位置",
        "where direct identifiers were replaced",
        "run_id response_id question_id kind start end",
        "run_id response_id question_id start",
        warnings=(_INTERNAL,),
    ),
]

_OUT = [
    _table(
        "out_indicator",
        "指標の値と判定(内部用)",
        "indicators with their verdicts, for use inside the programme",
        _INDICATOR_COLUMNS,
        _INDICATOR_KEY,
        references={"run_id": "meta_run"},
        warnings=(
            _SMALL_COUNTS,
            (
                "readingごとに行があります。足し合わせないこと。採用した読み方は is_declared",
                "one row per reading: never add them up; the declared one has is_declared",
            ),
        ),
    ),
    _table(
        "out_indicator_member",
        "指標の値のもとになった回答",
        "the responses behind each indicator",
        "run_id indicator_id period organisation reading response_id in_numerator",
        "run_id indicator_id period organisation reading response_id",
        warnings=(_INTERNAL,),
    ),
    _table(
        "out_indicator_public",
        "秘匿処理をした指標の値と判定(公表用)",
        "indicators after disclosure control, for publication",
        f"{_INDICATOR_COLUMNS} suppressed",
        _INDICATOR_KEY,
        nullable=f"{_COVERAGE_COLUMNS} verdict",
        references={"run_id": "meta_run"},
        warnings=(
            (
                "人数は5単位に丸めています。割合・信頼区間・不足数は丸めた数から計算しています",
                "counts of people are rounded to base 5; shares, intervals and shortfalls rest on the rounded counts",
            ),
            (
                "suppressed の行は秘匿であり、0でも未測定でもありません。判定も伏せます",
                "a suppressed row is neither zero nor unmeasured; its verdict is withheld too",
            ),
            (
                "判定があって値がない行は、丸めた値が判定と食い違うため判定だけを示すものです(目標以上か未満か)",
                "a verdict without a value says on which side of the target it lies: rounded, it would say otherwise",
            ),
        ),
    ),
    _table(
        "out_finding",
        "データの指摘(不採用と注意)",
        "findings on the data: rejections and warnings",
        """run_id finding_n wave organisation form_id file_name sheet row_n response_id question_id reason_code severity
        expected""",
        "run_id finding_n",
        nullable="organisation form_id row_n response_id question_id",
    ),
    _table(
        "out_theme",
        "テーマの件数",
        "how often each theme was found",
        "run_id period organisation question_id theme_id responses_n texts_n",
        "run_id period organisation question_id theme_id",
        warnings=(_SMALL_COUNTS,),
    ),
    _table(
        "out_term",
        "語の件数",
        "how many responses hold each word",
        "run_id period organisation question_id lemma responses_n",
        "run_id period organisation question_id lemma",
        warnings=(_SMALL_COUNTS,),
    ),
    _table(
        "out_language",
        "自由記述の言語と分析の状態の件数",
        "text answers by language and state of analysis",
        "run_id period organisation question_id language state texts_n",
        "run_id period organisation question_id language state",
        warnings=(_SMALL_COUNTS,),
    ),
]

TABLES: dict[str, Table] = {table.name: table for group in (_META, _CORE, _OUT) for table in group}
"""Every table by name; a table stands after those it references."""

_BY_HAND = ("meta_run", "meta_execution", "meta_publication")
RUN_TABLES: tuple[Table, ...] = tuple(
    table for table in TABLES.values() if "run_id" in table.columns and table.name not in _BY_HAND
)
"""The tables that a run fills with its frames, parents first."""

METADATA = sa.MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})


def _declare(table: Table) -> sa.Table:
    columns = [sa.Column(each.name, _TYPES[each.kind], nullable=table.is_nullable(each)) for each in table.fields]
    references = [sa.ForeignKeyConstraint([name], [f"{there}.{name}"]) for name, there in table.references.items()]
    key = sa.PrimaryKeyConstraint(*table.key)
    has_rowid = not table.name.startswith(("core_", "out_"))  # SQLite: rows kept in the key's own tree, 40 % smaller
    return sa.Table(table.name, METADATA, *columns, key, *references, sqlite_with_rowid=has_rowid)


SQL_TABLES: dict[str, sa.Table] = {name: _declare(table) for name, table in TABLES.items()}
"""The same tables for SQLAlchemy; `METADATA` holds them all."""


def data_dictionary() -> pd.DataFrame:
    """The data dictionary for publication: one row per table (column `*`), followed by one per column.

    Columns: table, column, type, unit, is_key, is_nullable, description_ja, description_en, warnings_ja, warnings_en
    (those of the table, one a line).
    """
    rows: list[dict[str, object]] = []
    for table in TABLES.values():
        rows.append(
            {
                "table": table.name,
                "column": "*",
                "type": "table",
                "unit": "",
                "is_key": False,
                "is_nullable": False,
                "description_ja": table.description.ja,
                "description_en": table.description.en,
                "warnings_ja": "\n".join(each.ja for each in table.usage_warnings),
                "warnings_en": "\n".join(each.en for each in table.usage_warnings),
            }
        )
        rows.extend(
            {
                "table": table.name,
                "column": each.name,
                "type": each.kind,
                "unit": each.unit,
                "is_key": each.name in table.key,
                "is_nullable": table.is_nullable(each),
                "description_ja": each.description.ja,
                "description_en": each.description.en,
                "warnings_ja": "",
                "warnings_en": "",
            }
            for each in table.fields
        )
    return pd.DataFrame(rows)
