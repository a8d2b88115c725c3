"""What must not be taken for certain: files made to look like the questionnaire."""

from __future__ import annotations

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from expectations.questionnaire import Form
from flows.drafting.crosswalk import Draft, drafted
from flows.drafting.exports import read_export
from flows.drafting.fields import Material
from flows.sheets import UnreadableTableError

TOKYO = ZoneInfo("Asia/Tokyo")
COUNTRIES = {"CN": "中国", "VN": "ベトナム", "BR": "ブラジル", "NP": "ネパール"}


def question(name: str, kind: str, ja: str, choices: dict[str, str] | None = None, en: str = "?") -> dict[str, Any]:
    labels = [{"code": code, "label": {"ja": label, "en": f"{label}-en"}} for code, label in (choices or {}).items()]
    asked_of = {"ja": "全員", "en": "Everyone"}
    wording = {"ja": ja, "en": en}
    return {
        "id": name,
        "wording": wording,
        "type": kind,
        "choices": labels,
        "since": "2024-01-01",
        "asked_of": asked_of,
    }


FORM = Form.model_validate(
    {
        "id": "form",
        "version": 1,
        "label": {"ja": "調査票", "en": "Form"},
        "subject": "person",
        "missing": [{"kind": "no_answer", "codes": [99, "無回答"]}],
        "questions": [
            question("country", "single", "国籍・地域はどこですか。", COUNTRIES, "Where are you from?"),
            question("how", "single", "問1 どうですか。(1つだけ)", {"1": "良い", "2": "普通", "3": "悪い"}),
            question(
                "ways",
                "multi",
                "問2 どこで知りましたか。(いくつでも)",
                {"1": "チラシ、ポスター", "2": "友人", "3": "その他"},
            ),
            question("words", "text", "問3 自由に書いてください。(一覧にないもの)"),
            question("agreed", "single", "引用してもよいですか。", {"yes": "はい", "no": "いいえ"}),
        ],
    }
)


def drafted_from(columns: dict[str, list[str]], rows_n: int = 40, separator: str = ",") -> Draft:
    """Draft from a CSV whose columns repeat the given cells."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator)
    writer.writerow(columns)
    writer.writerows([cells[row % len(cells)] for cells in columns.values()] for row in range(rows_n))
    return drafted(FORM, read_export(buffer.getvalue().encode(), "list.csv", None, TOKYO))


def classes(draft: Draft) -> dict[str, str]:
    return {name: answer.crosswalk for name, answer in draft.answers.items()}


NAMES = list(COUNTRIES.values())


def test_labels_alone_are_class_b_and_the_wording_makes_it_a() -> None:
    assert classes(drafted_from({"国籍": NAMES})) == {"country": "B"}
    assert classes(drafted_from({"国籍・地域は どこですか": NAMES})) == {"country": "A"}
    assert classes(drafted_from({"Where are you from?": [f"{name}-en" for name in NAMES]})) == {"country": "A"}
    assert classes(drafted_from({"出身": NAMES})) == {"country": "B"}
    assert drafted_from({"国籍": NAMES}).answers["country"].map == {name: code for code, name in COUNTRIES.items()}


def test_full_width_and_spaces_make_no_difference() -> None:
    draft = drafted_from({"国籍": ["ﾍﾞﾄﾅﾑ", "ブラ ジル", "ﾈﾊﾟｰﾙ", "中国　"]})
    assert classes(draft) == {"country": "B"}
    assert draft.answers["country"].map == {"中国": "CN", "ベトナム": "VN", "ブラ ジル": "BR", "ネパール": "NP"}


@pytest.mark.parametrize(
    "columns",
    [
        {"国籍": NAMES, "配偶者の国籍": NAMES},
        {"国籍": [*NAMES, "USA"]},
        {"国籍": [*NAMES * 9, "米国"]},
        {"国籍": NAMES[:2]},
        {"国籍": [*NAMES[:2], "日本", "米国"], "配偶者の出身": NAMES},
        {"問1": ["1", "2", "3"], "問2": ["1", "2"], "問3": ["文"]},
        {"how": ["1", "2", "3"], "ways": ["1", "2", "1"], "words": ["文"], "country": ["1", "2", "3"]},
        {"通訳": ["yes", "no"]},
        {"自由に書いてください": ["長い文がここに書いてあります", "別の文がここに書いてあります"]},
        {"評価": ["1", "2", "3"]},
    ],
    ids=[
        "two columns with the same labels",
        "a label that is none of ours, often",
        "a label that is none of ours, once",
        "two labels are no evidence",
        "the nearer title holds other labels too",
        "another survey's numbers",
        "another survey's names",
        "any question can be answered with yes and no",
        "what is in parentheses may matter",
        "bare numbers",
    ],
)
def test_what_is_uncertain_is_left_open(columns: dict[str, list[str]]) -> None:
    draft = drafted_from(columns)
    assert draft.answers == {}
    assert set(FORM.by_id) <= set(draft.open)


def test_few_rows_are_no_evidence() -> None:
    assert classes(drafted_from({"国籍": NAMES}, rows_n=8)) == {}
    assert classes(drafted_from({"国籍": NAMES}, rows_n=12)) == {"country": "B"}


QUESTIONNAIRE = {
    "国籍": list(COUNTRIES),
    "問1": ["1", "2", "3", "99"],
    "問2": ["1,2", "2", "1,3"],
    "問3": ["一つめの長い文です", "二つめの長い文です", ""],
    "同意": ["yes", "no"],
}


def test_the_questionnaire_itself_is_recognised_by_codes_and_numbers() -> None:
    draft = drafted_from(QUESTIONNAIRE)
    assert classes(draft) == {"country": "A", "how": "A", "ways": "A", "words": "A"}
    assert [each.columns for each in draft.open["agreed"]] == [["同意"]]
    assert draft.answers["ways"].separators == [","]
    assert draft.answers["how"].map == {}


def test_it_is_not_recognised_where_a_numbered_column_disagrees() -> None:
    assert classes(drafted_from(QUESTIONNAIRE | {"問1": ["良", "可", "否"]})) == {"country": "B"}


def test_a_slip_among_codes_is_the_runs_to_reject_and_is_counted() -> None:
    draft = drafted_from(QUESTIONNAIRE | {"国籍": [*list(COUNTRIES) * 9, "CN", "VN", "BR", "XX"]})
    assert classes(draft)["country"] == "A"
    assert draft.fits["country"].unmatched == {"XX": 1}


def test_labels_that_hold_a_separator_are_not_split() -> None:
    draft = drafted_from(
        {"どこで知りましたか": ["チラシ、ポスター", "友人、チラシ、ポスター", "その他", "友人、その他"]}
    )
    assert classes(draft) == {"ways": "A"}
    assert draft.answers["ways"].map == {"チラシ、ポスター": "1", "友人": "2", "その他": "3"}
    assert draft.answers["ways"].separators == ["、"]


def test_columns_of_ticks_are_flags() -> None:
    ticks = ["○", "", "○", "", ""]
    named = {f"問2 どこで知りましたか [{label}]": ticks for label in ("チラシ、ポスター", "友人", "その他")}
    answer = drafted_from(named).answers["ways"]
    assert (answer.crosswalk, answer.ticked, set(answer.flags)) == ("A", ["○"], {"1", "2", "3"})
    assert answer.flags["2"] == "問2 どこで知りましたか [友人]"


def test_ticks_of_other_options_are_a_candidate() -> None:
    draft = drafted_from({"経路_ビラ": ["○", ""], "経路_家族": ["", "○"], "経路_その他": ["○", "○"]})
    assert "ways" not in draft.answers
    [candidate] = draft.open["ways"]
    assert candidate.columns == ["経路_ビラ", "経路_家族", "経路_その他"]
    assert candidate.map == {"その他": "3"}


def test_one_column_goes_before_columns_that_repeat_it() -> None:
    draft = drafted_from({"ways": ["1 2", "3"], "ways/1": ["1", "0"], "ways/2": ["1", "0"], "ways/3": ["0", "1"]})
    assert [each.columns for each in draft.open["ways"]] == [["ways"]]
    assert draft.open["ways"][0].separators == [" "]


# --- values are shown only of closed questions --------------------------------------------------------------------


def test_labels_of_a_half_matched_column_are_counted() -> None:
    [candidate] = drafted_from({"国籍": ["中国", "ベトナム", "米国", "タイ"]}).open["country"]
    assert candidate.map == {"中国": "CN", "ベトナム": "VN"}
    assert candidate.unmatched == {"米国": 10, "タイ": 10}
    assert (candidate.labels_n, candidate.filled_n, candidate.distinct_n, candidate.others_n) == (2, 40, 4, 0)


def test_rare_values_are_counted_and_not_shown() -> None:
    rare = ["中国", "ベトナム"] * 18 + ["山田の家", "米国", "米国", "佐藤"]
    [candidate] = drafted_from({"国籍": rare}).open["country"]
    assert (candidate.unmatched, candidate.others_n) == ({}, 3)


def test_names_in_a_column_that_is_near_no_question_are_not_shown() -> None:
    draft = drafted_from({"担当": ["佐藤花子", "鈴木太郎", "その他", "友人"]})
    shown = [each for candidates in draft.open.values() for each in candidates]
    assert not any("佐藤花子" in each.unmatched for each in shown if each.labels_n < 2)
    only_other = drafted_from({"担当": ["佐藤花子", "鈴木太郎", "その他"]})
    assert all(each.unmatched == {} for candidates in only_other.open.values() for each in candidates)


# --- identity and layout ------------------------------------------------------------------------------------------


def numbered(prefix: str, n: int) -> list[str]:
    return [f"{prefix}{number:03}" for number in range(n)]


def test_one_number_of_the_record_one_of_the_person_one_day() -> None:
    identity = drafted_from(
        {"回答番号": numbered("R", 40), "利用者番号": numbered("P", 20), "記入日": ["令和6年4月1日", "2024/4/2"]}
    ).identity
    assert (identity.record_id, identity.respondent, identity.answered_at) == (["回答番号"], "利用者番号", "記入日")
    assert identity.open == {}


@pytest.mark.parametrize(
    ("columns", "opened"),
    [
        ({"回答番号": numbered("R", 39)}, "record_id"),
        ({"番号": numbered("R", 40)}, "record_id"),
        ({"利用者番号": numbered("P", 20), "参加者番号": numbered("P", 20)}, "respondent"),
        ({"利用者番号": [*numbered("P", 20), ""], "年": ["1"]}, "respondent"),
        ({"ケース番号": numbered("C", 20)}, "respondent"),
        ({"記入日": ["2024-04-01"], "面談日": ["2024-04-02"]}, "answered_at"),
        ({"記入日": ["2024-04-01", "4月1日"]}, "answered_at"),
        ({"生年月日": ["1990-04-01", "1985-02-03"]}, "answered_at"),
        ({"会員番号": ["45383", "45384"]}, "answered_at"),
    ],
)
def test_what_identifies_is_left_open_where_another_could_be_meant(columns: dict[str, list[str]], opened: str) -> None:
    draft = drafted_from(columns)
    assert opened in draft.open
    listed = [name for each in draft.open[opened] for name in each.columns]
    assert set(listed) & set(columns) or (opened == "answered_at" and "会員番号" in columns)


def test_numbers_that_only_together_identify_are_a_candidate() -> None:
    draft = drafted_from({"相談者番号": [name for name in numbered("P", 20) for _ in range(2)], "面談回": ["1", "2"]})
    assert draft.open["record_id"][0].columns == ["相談者番号", "面談回"]
    assert draft.open["record_id"][0].score == 1.0


@pytest.mark.parametrize(("separator", "name"), [(";", "list.csv"), ("\t", "list.csv"), ("\t", "list.tsv")])
def test_other_separators_are_found(separator: str, name: str) -> None:
    rows = [["国籍", "記入日"], *([each, "2024-04-01"] for each in NAMES * 3)]
    content = "\n".join(separator.join(row) for row in rows).encode("cp932")
    material = read_export(content, name, None, TOKYO)
    assert classes(drafted(FORM, material)) == {"country": "B"}
    assert any("cp932" in remark for remark in material.remarks)
    if name == "list.csv":
        assert material.layout.separator == separator


def test_titles_and_merged_headings_and_marks_are_found() -> None:
    lines = [
        "相談の一覧,,,",
        "作成: 2024-04-01,,,",
        "番号,基本,,メモ",
        ",国籍,年齢,",
        *(f"{number},{name},{20 + number}," for number, name in enumerate(NAMES * 5)),
        "〃,〃,31,",
        "（削除）,中国,30,",
        "合計,,21,",
    ]
    layout = read_export("\n".join(lines).encode(), "list.csv", None, TOKYO).layout
    assert layout.heading_rows == [3, 4]
    assert (layout.ditto, layout.total_rows, layout.deleted_rows) == (["〃"], ["合計"], ["(削除)"])


def test_one_heading_row_with_a_nameless_column_is_one_row() -> None:
    lines = ["番号,国籍,", *(f"{number},{name},未" for number, name in enumerate(NAMES * 5))]
    assert read_export("\n".join(lines).encode(), "list.csv", None, TOKYO).layout.heading_rows == [1]


SECRETS = ["私の名前は山田です", "夫のことで困っている"]


def of_lines(*lines: str) -> Material:
    return read_export("\n".join(lines).encode(), "list.csv", None, TOKYO)


def test_headings_that_stand_twice_are_headings_and_the_first_answers_are_not() -> None:
    """Else somebody's answers would be shown as the names of the columns."""
    rows = [f"2024-04-0{n},p{n},{name},{SECRETS[n % 2]},{SECRETS[0]}" for n, name in enumerate(NAMES, start=1)]
    assert of_lines("日時,参加番号,国籍,理由,理由", *rows).layout.heading_rows == [1]
    assert of_lines("日時,参加番号,国籍,理由,", *rows[:2]).layout.heading_rows == [1], "a row of answers is no heading"


@pytest.mark.parametrize("with_day", [True, False])
def test_a_file_without_headings_is_refused(with_day: bool) -> None:
    rows = [f"{'2024-04-01' if with_day else '済'},{name},{SECRETS[n % 2]}{n}" for n, name in enumerate(NAMES * 3)]
    with pytest.raises(UnreadableTableError) as caught:
        of_lines(*rows)
    assert (caught.value.reason_code, caught.value.expected) == ("headings_missing", "1-20")


def test_a_broken_quote_is_no_reason_for_another_separator() -> None:
    with pytest.raises(UnreadableTableError) as caught:
        of_lines("国籍,記入日", *(f'"{name}"x,2024-04-01' for name in NAMES))
    assert caught.value.reason_code == "quote_broken"


def test_same_as_above_in_a_text_is_the_same_persons() -> None:
    texts = ["たいへん長い文章がここに書いてあります", "別のたいへん長い文章がここに書いてあります", "同上"]
    material = drafted_from({"国籍": NAMES, "内容": texts}).material
    assert material.layout.ditto == []
    assert any("同上" in remark for remark in material.remarks)


def test_a_column_that_stands_twice_is_open() -> None:
    lines = ["国籍,国籍", *(f"{name},{name}" for name in NAMES * 5)]
    draft = drafted(FORM, read_export("\n".join(lines).encode(), "list.csv", None, TOKYO))
    assert [each.columns for each in draft.open["country"]] == [["国籍"], ["国籍#2"]]
