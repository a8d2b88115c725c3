"""Tables that people read: indicators and what stands beside them."""

from __future__ import annotations

from warehouse.table import INTERNAL, SMALL_COUNTS, Table, declared

_INDICATOR_COLUMNS = """run_id indicator_id indicator_version period organisation dimension category reading is_declared
    numerator denominator value unit ci_low ci_high eligible_n measured_n missing_n class_ab_n class_c_n class_d_n
    target target_op verdict shortfall"""
_INDICATOR_KEY = "run_id indicator_id period organisation dimension category reading"
_COVERAGE_COLUMNS = "eligible_n measured_n missing_n class_ab_n class_c_n class_d_n"

OUT: list[Table] = [
    declared(
        "out_indicator",
        "指標の値と判定(内部用)",
        "indicators with their verdicts, for use inside the programme",
        _INDICATOR_COLUMNS,
        _INDICATOR_KEY,
        references={"run_id": "meta_run"},
        warnings=(
            SMALL_COUNTS,
            (
                "readingごとに行があります。足し合わせないこと。採用した読み方は is_declared",
                "one row per reading: never add them up; the declared one has is_declared",
            ),
        ),
    ),
    declared(
        "out_indicator_member",
        "指標の値のもとになった回答",
        "the responses behind each indicator",
        "run_id indicator_id period organisation reading response_id in_numerator",
        "run_id indicator_id period organisation reading response_id",
        warnings=(INTERNAL,),
    ),
    declared(
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
    declared(
        "out_finding",
        "データの指摘(不採用と注意)",
        "findings on the data: rejections and warnings",
        """run_id finding_n wave organisation form_id file_name sheet row_n response_id question_id reason_code severity
        expected""",
        "run_id finding_n",
        nullable="organisation form_id row_n response_id question_id",
    ),
    declared(
        "out_agreement",
        "評定の一致度",
        "agreement of raters",
        """run_id period criterion_id criterion_version comparison rater_a rater_b rated_month statistic value ci_low
        ci_high items_n ratings_n""",
        "run_id period criterion_id criterion_version comparison rater_a rater_b rated_month statistic",
        warnings=(
            (
                "value が null の行は、その統計量が定義できないことを示します(0ではありません)",
                "a row without a value says that the statistic is undefined, which is not zero",
            ),
        ),
    ),
    declared(
        "out_confusion",
        "評定の一致・不一致の内訳",
        "which levels raters gave together",
        """run_id period criterion_id criterion_version comparison rater_a rater_b level_a level_b items_n""",
        "run_id period criterion_id criterion_version comparison rater_a rater_b level_a level_b",
        warnings=(SMALL_COUNTS,),
    ),
    declared(
        "out_change",
        "個人ごとの変化: 状態・割合・検定(内部用)",
        "change per person: states, shares and tests, for use inside the programme",
        """run_id period criterion_id standpoint organisation statistic basis numerator denominator value ci_low ci_high
        df p_value method undefined_reason""",
        "run_id period criterion_id standpoint organisation statistic basis",
        references={"run_id": "meta_run"},
        warnings=(
            SMALL_COUNTS,
            (
                "organisation が「-コード」の行は、その団体を除いた事業全体です。団体の行と足し合わせないこと",
                "an organisation written “-code” is the programme without it: never add it to the organisations",
            ),
            (
                "複数の団体の支援を受けた人は、それぞれの団体の行に入ります。* では1人です",
                "somebody served by two organisations stands in the rows of both, and once in *",
            ),
            (
                "検定の行では value が統計量、denominator が検定の対象の人数です",
                "in a test's row value is the statistic and denominator the people it rests on",
            ),
            (
                "変化は2回の回答の差であり、事業の成果や因果を示すものではありません",
                "a change is the difference of two answers: it says nothing of what brought it about",
            ),
            (
                "団体で層別した符号検定は * の sign_test と同じです(層ごとの二項分布の和は二項分布)",
                "the sign test stratified by organisation is that of *: the strata's binomials add up to one",
            ),
        ),
    ),
    declared(
        "out_level_pair",
        "開始時と当期の水準の組み合わせ(内部用)",
        "levels at the start and in the period, for use inside the programme",
        "run_id period criterion_id standpoint organisation level_from level_to people_n",
        "run_id period criterion_id standpoint organisation level_from level_to",
        references={"run_id": "meta_run"},
        warnings=(
            SMALL_COUNTS,
            (
                "両方に水準がある人だけの表です。追跡できなかった人は out_attrition にあります",
                "people with levels at both alone; those lost stand in out_attrition",
            ),
        ),
    ),
    declared(
        "out_attrition",
        "追跡できた人とできなかった人の比較(内部用)",
        "those kept beside those lost, for use inside the programme",
        """run_id period criterion_id dimension category kept_n lost_n kept_share lost_share share_difference
        standardised_difference value df p_value p_adjusted cramers_v method undefined_reason""",
        "run_id period criterion_id dimension category",
        references={"run_id": "meta_run"},
        warnings=(
            SMALL_COUNTS,
            (
                "category が * の行は、その軸の検定(value はカイ二乗)です。no_answer と not_asked は検定に入りません",
                "a row with category * is the dimension's test (value: chi-square), without no_answer and not_asked",
            ),
        ),
    ),
]
