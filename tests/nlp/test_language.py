import time

import pytest

from nlp.language import needs_person, triage
from nlp.language_rules import LanguagesFile, own_languages
from nlp.text_rules import TextRules


@pytest.mark.parametrize(
    ("text", "language", "state"),
    [
        ("", "zxx", "blank"),
        ("　 \n\t", "zxx", "blank"),
        ("\u200b\ufeff\u2800\u3164", "zxx", "blank"),
        ("特に、なし。", "ja", "nothing"),
        ("とくにありません", "ja", "nothing"),
        ("無し", "ja", "nothing"),
        ("ﾅｼ", "ja", "nothing"),
        ("N/A", "und-Latn", "nothing"),
        ("ＮＯＴＨＩＮＧ!", "en", "nothing"),
        ("Không có", "vi", "nothing"),
        ("nada", "und-Latn", "nothing"),
        ("-", "zxx", "nothing"),
        ("ー", "ja", "nothing"),
        ("。。。", "zxx", "nothing"),
        ("😊", "zxx", "other_language"),
        ("100", "zxx", "other_language"),
        ("仕事", "ja", "to_analyse"),
        ("日本語教室", "ja", "to_analyse"),
        ("工作", "und-Hani", "to_analyse"),
        ("進学", "ja", "to_analyse"),  # an old and a simplified form together
        ("病気", "ja", "to_analyse"),  # 気 is written in Japan alone
        ("怪我", "und-Hani", "to_analyse"),
        ("感想", "und-Hani", "to_analyse"),
        ("しごと が ない", "ja", "to_analyse"),
        ("ｱﾊﾟｰﾄ", "ja", "to_analyse"),
        ("NPOのSchool Projectに参加", "ja", "to_analyse"),
        ("わかりました。OK!", "ja", "to_analyse"),
        ("shigoto ga arimasen", "ja-Latn", "other_language"),
        ("I went to ハローワーク but nobody helped me", "en", "other_language"),
        ("Tôi cần việc làm", "vi", "other_language"),
        ("Tôi ca\u0302n giu\u0301p", "vi", "other_language"),
        ("Tôi cần しごと để sống ở Nhật Bản", "vi", "other_language"),
        ("toi khong biet tieng Nhat", "vi", "other_language"),
        ("Preciso de trabalho", "pt", "other_language"),
        ("我想学日语", "zh", "other_language"),
        ("我住在アパート，房东很好", "zh", "other_language"),
        ("需要帮助", "zh", "other_language"),
        ("學校", "zh", "other_language"),  # an old form that Japan gave up
        ("일자리가 필요해요", "ko", "other_language"),
        ("मलाई काम चाहिन्छ", "ne", "other_language"),
        ("मुझे काम चाहिए", "hi", "other_language"),
        ("काम", "und-Deva", "other_language"),  # Nepali or Hindi
        ("အလုပ်လိုတယ်", "my", "other_language"),
        ("ၵႂၢမ်းတႆး", "und-Mymr", "other_language"),  # Shan, in Burmese script
        ("ต้องการงาน", "th", "other_language"),
        ("ខ្ញុំត្រូវការការងារ", "km", "other_language"),
        ("මට රැකියාවක් අවශ්‍යයි", "si", "other_language"),
        ("Мне нужна работа", "ru", "other_language"),
        ("أحتاج إلى عمل", "ar", "other_language"),
        ("مجھے کام چاہیے", "ur", "other_language"),
        ("ᏣᎳᎩ", "und-Zzzz", "other_language"),
        ("仕事がありません。 I have no work at all.", "mul", "to_analyse"),
    ],
)
def test_triage(rules: TextRules, text: str, language: str, state: str) -> None:
    found = triage(text, rules.nothing, rules.languages)
    assert (found.language, found.state) == (language, state)


def test_chinese_characters_that_do_not_tell_have_the_questionnaires_language(rules: TextRules) -> None:
    assert triage("工作", rules.nothing, prior="zh").state == "other_language"
    assert triage("工作", rules.nothing, prior="ja").language == "ja"
    assert triage("工作", rules.nothing, prior="vi").language == "und-Hani"
    assert triage("仕事", rules.nothing, prior="zh").language == "ja"
    assert triage("仕事がない", rules.nothing, prior="zh").language == "ja"


def test_a_text_in_several_languages_says_which_sentences_are_not_japanese(rules: TextRules) -> None:
    text = "仕事がありません。 I have no work at all. しごとがほしいです。\nTôi cần việc làm."
    found = triage(text, rules.nothing)
    assert found.language == "mul"
    assert [text[start:end].strip() for start, end in found.foreign] == ["I have no work at all.", "Tôi cần việc làm."]
    assert triage("仕事がありません。", rules.nothing).foreign == ()


@pytest.mark.parametrize(
    ("language", "needed"),
    [
        ("ja", False),
        ("vi", False),
        ("zxx", False),
        ("und-Hani", True),
        ("und-Deva", True),
        ("mul", True),
        ("ja-Latn", True),
    ],
)
def test_what_a_person_has_to_look_at(language: str, needed: bool) -> None:
    assert needs_person(language) == needed


@pytest.mark.parametrize("unit", ["。", "あ。", "a. ", "我", "OK! ", "\n", "ก", "अ", "あa", "न ", "é"])
def test_no_text_takes_triage_for_ever(rules: TextRules, unit: str) -> None:
    started = time.process_time()
    triage(unit * 50_000, rules.nothing)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("words", 0, "patterns"), ["(a"], "no regular expression"),
        (("kanji", "zh"), ["["], "no regular expression"),
        (("confidence",), 1.5, "less than 1"),
        (("surprise",), 1, "Extra inputs"),
    ],
)
def test_faults_of_the_rules_are_said(path: tuple[str | int, ...], value: object, message: str) -> None:
    definition = own_languages().model_dump()
    place = definition
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=message):
        LanguagesFile.model_validate(definition)
