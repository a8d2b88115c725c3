import pytest

from nlp.language import triage
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
        ("ＮＯＴＨＩＮＧ!", "und-Latn", "nothing"),
        ("Không có", "vi", "nothing"),
        ("nada", "und-Latn", "nothing"),
        ("छैन", "und-Deva", "nothing"),
        ("-", "zxx", "nothing"),
        ("ー", "ja", "nothing"),
        ("。。。", "zxx", "nothing"),
        ("😊", "zxx", "other_language"),
        ("100", "zxx", "other_language"),
        ("仕事", "ja", "to_analyse"),
        ("日本語教室", "ja", "to_analyse"),
        ("しごと が ない", "ja", "to_analyse"),
        ("ｱﾊﾟｰﾄ", "ja", "to_analyse"),
        ("NPOのSchool Projectに参加", "ja", "to_analyse"),
        ("I went to ハローワーク but nobody helped me", "und-Latn", "other_language"),
        ("Tôi cần việc làm", "vi", "other_language"),
        ("Tôi ca\u0302n giu\u0301p", "vi", "other_language"),
        (
            "Tôi đang học ひらがな và katakana ở lớp buổi tối của trung tâm gần nhà tôi, rất vui và bổ ích",
            "vi",
            "other_language",
        ),
        ("Preciso de trabalho", "und-Latn", "other_language"),
        ("我想学日语", "zh", "other_language"),
        ("需要帮助", "zh", "other_language"),
        ("일자리가 필요해요", "ko", "other_language"),
        ("मलाई काम चाहिन्छ", "und-Deva", "other_language"),
        ("အလုပ်လိုတယ်", "und-Mymr", "other_language"),
        ("ต้องการงาน", "und-Thai", "other_language"),
        ("Мне нужна работа", "und-Cyrl", "other_language"),
        ("أحتاج إلى عمل", "und-Arab", "other_language"),
        ("ᏣᎳᎩ", "und-Zzzz", "other_language"),
    ],
)
def test_triage(rules: TextRules, text: str, language: str, state: str) -> None:
    found = triage(text, rules.nothing)
    assert (found.language, found.state) == (language, state)


def test_a_text_of_chinese_characters_alone_has_the_questionnaires_language(rules: TextRules) -> None:
    assert triage("仕事", rules.nothing, prior="zh").state == "other_language"
    assert triage("仕事がない", rules.nothing, prior="zh").language == "ja"
