from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from nlp import worker
from nlp.analysis import MaskedAnswers, TextAnalysis, analyse_answers, mask_answers
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import analyser_id, annotate_batch
from nlp.text_rules import TextRules
from nlp.themes import ThemesFile
from nlp.vocabulary import Vocabulary

pytestmark = pytest.mark.model

ROWS = [
    ("r1", "q3", "田中さんに助けてもらいました。仕事がほしい。", None),
    ("r2", "q3", "とくになし", None),
    ("r3", "q3", None, "blank"),
    ("r4", "q3", "Tên tôi là Nguyễn Văn An, tôi cần việc làm", None),
    ("r5", "q3", "仕\x00事がない😊\r\n家がない", None),
    ("r6", "q3", "090-1234-5678", None),
    ("r7", "q3", None, "not_asked"),
    ("r7", "q4", "仕事がない😊\n家がない", None),
    ("r8", "q3", "仕事\ud800がない", None),
    ("r8", "q4", "仕事がない。" * 700, None),
]
THEMES = ThemesFile.model_validate(
    {
        "themes": [
            {
                "id": "work",
                "label": {"ja": "仕事", "en": "Work"},
                "rules": [
                    {
                        "id": "work_words",
                        "version": 2,
                        "author": "a",
                        "reason": "b",
                        "any": [{"norm": "仕事"}, {"phrase": "名前"}],
                        "examples": {"found": ["仕事"], "passed_over": ["家"]},
                    }
                ],
            }
        ]
    }
)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=["response_id", "question_id", "value_text", "missing_kind"])
    return frame.assign(position=0, value_code=None)


@pytest.fixture(scope="module")
def masked(answers: pd.DataFrame, rules: TextRules) -> MaskedAnswers:
    return mask_answers(answers, rules)


@pytest.fixture(scope="module")
def analysis(masked: MaskedAnswers, rules: TextRules) -> TextAnalysis:
    return analyse_answers(masked.answers, THEMES, rules)


def test_answers_come_back_masked_and_otherwise_the_same(answers: pd.DataFrame, masked: MaskedAnswers) -> None:
    assert_frame_equal(masked.answers.drop(columns="value_text"), answers.drop(columns="value_text"))
    texts = masked.answers["value_text"]
    assert texts[0] == "［名前］さんに助けてもらいました。仕事がほしい。"
    assert texts[3] == "Tên tôi là ［名前］, tôi cần việc làm"
    assert texts[4] == texts[7] == "仕事がない😊\n家がない"
    assert texts[5] == "［電話番号］"
    assert texts[8] == "仕事\ufffdがない"
    assert texts.isna().tolist() == answers["value_text"].isna().tolist()


def test_masks_say_what_was_where(masked: MaskedAnswers) -> None:
    assert masked.masks.values.tolist() == [
        ["r1", "q3", "name", 0, 4],
        ["r4", "q3", "name", 11, 15],
        ["r6", "q3", "phone", 0, 6],
    ]


def test_removed_characters_are_counted(masked: MaskedAnswers) -> None:
    assert masked.cleaned.values.tolist() == [["r5", "q3", 1], ["r8", "q3", 1]]


def test_masking_again_changes_nothing(masked: MaskedAnswers, rules: TextRules) -> None:
    again = mask_answers(masked.answers, rules)
    assert_frame_equal(again.answers, masked.answers)
    assert_frame_equal(again.masks, masked.masks)


def test_every_answer_has_a_language_and_a_state(analysis: TextAnalysis) -> None:
    assert analysis.texts.values.tolist() == [
        ["r1", "q3", "ja", "kanji", "analysed", 24, 1],
        ["r2", "q3", "ja", "kana", "nothing", 5, 0],
        ["r3", "q3", "zxx", "none", "blank", 0, 0],
        ["r4", "q3", "vi", "latin", "other_language", 33, 1],
        ["r5", "q3", "ja", "kanji", "analysed", 11, 0],
        ["r6", "q3", "zxx", "none", "other_language", 6, 1],
        ["r7", "q4", "ja", "kanji", "analysed", 11, 0],
        ["r8", "q3", "ja", "kanji", "analysed", 6, 0],
        ["r8", "q4", "ja", "kanji", "too_long_cut", 4200, 0],
    ]
    assert list(analysis.texts.columns) == [
        "response_id",
        "question_id",
        "language",
        "script",
        "state",
        "characters_n",
        "mask_n",
    ]


def test_words_and_quotes_are_stretches_of_the_masked_text(masked: MaskedAnswers, analysis: TextAnalysis) -> None:
    texts = masked.answers.set_index(["response_id", "question_id"])["value_text"]
    for frame, column in ((analysis.tokens, "surface"), (analysis.themes, "quote")):
        for row in frame.to_dict("records"):
            text = texts[row["response_id"], row["question_id"]]
            assert text[row["start"] : row["end"]] == row[column]


def test_only_japanese_answers_have_words_numbered_in_order(analysis: TextAnalysis) -> None:
    assert set(analysis.tokens["response_id"]) == {"r1", "r5", "r7", "r8"}
    for _, tokens in analysis.tokens.groupby(["response_id", "question_id"]):
        assert tokens["token_n"].tolist() == list(range(len(tokens)))
        assert tokens["start"].is_monotonic_increasing


def test_placeholders_are_no_words_and_no_theme(analysis: TextAnalysis) -> None:
    tokens = analysis.tokens[analysis.tokens["response_id"] == "r1"]
    assert tokens["surface"].tolist()[:3] == ["さん", "に", "助け"]
    themes = analysis.themes[analysis.themes["response_id"] == "r1"]
    assert themes[["theme_id", "rule_id", "rule_version", "start", "end", "quote"]].values.tolist() == [
        ["work", "work_words", 2, 17, 19, "仕事"]
    ]


def test_a_text_without_identifiers_is_parsed_once_for_both_stages(
    answers: pd.DataFrame, rules: TextRules, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def counting(texts: list[str], vocabulary: Vocabulary) -> object:
        asked.extend(texts)
        return annotate_batch(texts, vocabulary)

    monkeypatch.setattr(worker, "annotate_batch", counting)
    path = tmp_path / "annotations.sqlite"
    told: list[int] = []
    with AnnotationCache(path, analyser_id()) as cache:
        masked = mask_answers(answers, rules, cache=cache, progress=told.append)
        parsed = list(asked)
        first = analyse_answers(masked.answers, THEMES, rules, cache=cache)
    assert asked == parsed
    assert len(parsed) == len(set(parsed))
    assert sum(told) == masked.answers["value_text"].nunique()
    with AnnotationCache(path, analyser_id()) as cache:
        again = mask_answers(answers, rules, cache=cache)
        second = analyse_answers(again.answers, THEMES, rules, cache=cache)
    assert asked == parsed
    assert_frame_equal(again.answers, masked.answers)
    for name in ("texts", "tokens", "themes"):
        assert_frame_equal(getattr(first, name), getattr(second, name))


def test_the_cache_never_holds_words_of_a_text_with_identifiers(
    answers: pd.DataFrame, rules: TextRules, tmp_path: Path
) -> None:
    with AnnotationCache(tmp_path / "annotations.sqlite", analyser_id()) as cache:
        masked = mask_answers(answers, rules, cache=cache)
        raw, stored = answers["value_text"][0], masked.answers["value_text"][0]
        assert cache.find([raw, stored]).keys() == {stored}
        spans = cache.find([raw], words=False)[raw]
    assert {token.lemma + token.norm for token in spans.tokens} == {""}


def test_of_a_text_in_two_languages_the_japanese_sentences_are_analysed(rules: TextRules) -> None:
    text = "仕事がありません。 I need work, and 仕事 is hard to find. しごとを探しています。"
    frame = pd.DataFrame(
        [("r1", "q3", text, None)], columns=["response_id", "question_id", "value_text", "missing_kind"]
    )
    found = analyse_answers(frame, THEMES, rules)
    assert found.texts[["language", "script", "state"]].values.tolist() == [["mul", "kanji", "analysed"]]
    assert found.themes["quote"].tolist() == ["仕事", "しごと"]
    assert "work" not in set(found.tokens["surface"])


def test_characters_that_do_not_tell_are_in_the_questionnaires_language(rules: TextRules) -> None:
    rows = [("r1", "q3", "工作", None), ("r2", "q3", "工作", None), ("r3", "q3", "工作", None)]
    frame = pd.DataFrame(rows, columns=["response_id", "question_id", "value_text", "missing_kind"])
    found = analyse_answers(frame, THEMES, rules, asked_in={"r1": "ja", "r2": "zh"})
    assert found.texts[["language", "state"]].values.tolist() == [
        ["ja", "analysed"],
        ["zh", "other_language"],
        ["und-Hani", "analysed"],
    ]
    assert set(found.tokens["response_id"]) == {"r1", "r3"}


def test_what_a_homophone_rule_changed_stands_beside_the_word(rules: TextRules) -> None:
    text = "びざのこうしんがむずかしい"
    frame = pd.DataFrame(
        [("r1", "q3", text, None)], columns=["response_id", "question_id", "value_text", "missing_kind"]
    )
    tokens = analyse_answers(frame, THEMES, rules).tokens.set_index("surface")
    assert tokens.loc["こうしん", ["lemma", "norm", "norm_rule"]].tolist() == ["更新", "更新", "koushin_renewal"]
    assert pd.isna(tokens.loc["びざ", "norm_rule"])


def test_no_answers_give_empty_frames(rules: TextRules) -> None:
    none = pd.DataFrame(columns=["response_id", "question_id", "value_text", "missing_kind"]).astype("str")
    masked = mask_answers(none, rules)
    analysis = analyse_answers(masked.answers, THEMES, rules)
    assert [len(frame) for frame in (masked.answers, masked.masks, masked.cleaned)] == [0, 0, 0]
    assert [len(frame) for frame in (analysis.texts, analysis.tokens, analysis.themes)] == [0, 0, 0]
    assert analysis.tokens["start"].dtype == "int64"


def test_the_same_words_are_coded_by_what_their_writer_chose(rules: TextRules) -> None:
    [theme] = THEMES.model_dump(by_alias=True, exclude_defaults=True)["themes"]
    condition = {"variable": {"question": "q1", "in": ["yes"]}}
    theme["rules"][0] |= {"any": [], "all": [{"norm": "仕事"}, condition]}
    chosen = pd.DataFrame(
        [
            (name, "q1", code, None, missing)
            for name, code, missing in (("a", "yes", None), ("b", "no", None), ("c", "yes", "unknown"))
        ],
        columns=["response_id", "question_id", "value_code", "value_text", "missing_kind"],
    )
    texts = pd.DataFrame([(name, "q3", None, "仕事がない", None) for name in "abcd"], columns=chosen.columns)
    found = analyse_answers(texts, ThemesFile.model_validate({"themes": [theme]}), rules, chosen=chosen)
    assert found.themes[["response_id", "clause", "quote"]].to_numpy().tolist() == [["a", "all.0", "仕事"]]
