"""Tables of facts: one a row, as a run accepted them. They hold records of persons."""

from __future__ import annotations

from warehouse.table import INTERNAL, Table, declared

CORE: list[Table] = [
    declared(
        "core_response",
        "採用した回答・記録",
        "accepted responses and records",
        """run_id response_id organisation form_id instrument_id wave respondent_id answered_at answered_on
        answered_at_origin file_sha256 file_name sheet row_n""",
        "run_id response_id",
        references={"run_id": "meta_run"},
        warnings=(
            INTERNAL,
            (
                "wave は届いた回です。評価時点は answered_at だけで決まります",
                "wave says which wave the file was sent for; the period is decided by answered_at alone",
            ),
        ),
    ),
    declared(
        "core_answer",
        "回答の値(複数回答は選択肢ごとに1行)",
        "answers, one fact a row (one row per ticked choice)",
        """run_id response_id question_id position value_code value_number value_text value_date missing_kind
        crosswalk_class""",
        "run_id response_id question_id position",
        warnings=(
            INTERNAL,
            (
                "有効回答は missing_kind が null の行だけです。D区分は値がないという記録です",
                "only rows without missing_kind are valid answers; class D records that there can be none",
            ),
        ),
    ),
    declared(
        "core_score",
        "評価規準の水準",
        "levels under the criteria",
        "run_id response_id criterion_id criterion_version level origin question_id",
        "run_id response_id criterion_id origin",
        nullable="question_id",
        warnings=(INTERNAL,),
    ),
    declared(
        "core_rating",
        "評価者ごとの評定",
        "ratings, one a rater",
        """run_id response_id criterion_id criterion_version round_id item_id origin rater level rated_at has_evidence
        sheet_sha256""",
        "run_id response_id criterion_id round_id origin rater",
        nullable="level",
        warnings=(
            INTERNAL,
            ("level が null の行は「判断できない」です", "a row without a level says that nobody could tell"),
        ),
    ),
    declared(
        "core_rating_evidence",
        "評定の根拠とした本文の箇所",
        "the words that ratings rest on",
        "run_id response_id criterion_id round_id origin rater question_id start end quote",
        "run_id response_id criterion_id round_id origin rater question_id start end",
        warnings=(INTERNAL,),
    ),
    declared(
        "core_text",
        "自由記述の分析の状態",
        "state of each analysed text answer",
        "run_id response_id question_id language state characters_n mask_n script",
        "run_id response_id question_id",
        warnings=(INTERNAL,),
    ),
    declared(
        "core_token",
        "自由記述の語",
        "words of the text answers",
        "run_id response_id question_id token_n start end surface lemma norm pos norm_rule",
        "run_id response_id question_id token_n",
        warnings=(INTERNAL,),
    ),
    declared(
        "core_theme",
        "自由記述に見つかったテーマと根拠",
        "themes found in the text answers, with their evidence",
        "run_id response_id question_id theme_id rule_id rule_version start end clause quote",
        "run_id response_id question_id theme_id rule_id start end",
        warnings=(INTERNAL,),
    ),
    declared(
        "core_mask",
        "置き換えた直接識別子の位置",
        "where direct identifiers were replaced",
        "run_id response_id question_id kind start end",
        "run_id response_id question_id start",
        warnings=(INTERNAL,),
    ),
]
