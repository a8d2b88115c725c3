import pytest

from nlp.scripts import script_of, script_profile


@pytest.mark.parametrize(
    ("text", "language", "profile"),
    [
        ("仕事がありません", "ja", "kanji"),
        ("日本語教室", "und-Hani", "kanji"),
        ("しごとがありません", "ja", "kana"),
        ("アパート", "ja", "kana"),
        ("しごと が ありません", "ja", "spaced_kana"),
        ("しごとが ない\nやちんが たかい\nはい", "ja", "spaced_kana"),
        ("shigoto ga arimasen", "ja-Latn", "romaji"),
        ("I need a job", "en", "latin"),
        ("Tôi cần việc làm", "vi", "latin"),
        ("मलाई काम चाहिन्छ", "ne", "other"),
        ("일자리가 필요해요", "ko", "other"),
        ("I need a very good job. しごとがない", "mul", "kana"),
        ("N3に合格したい", "ja", "kanji"),
        ("100 😀。", "zxx", "none"),
        ("", "zxx", "none"),
    ],
)
def test_how_a_text_is_written(text: str, language: str, profile: str) -> None:
    assert script_profile(text, language) == profile


@pytest.mark.parametrize(
    ("character", "script"),
    [
        ("あ", "Hira"),
        ("ア", "Kana"),
        ("漢", "Hani"),
        ("々", "Hani"),
        ("a", "Latn"),
        ("က", "Mymr"),
        ("1", None),
        ("。", None),
        ("Ꭰ", "Zzzz"),
    ],
)
def test_the_script_of_a_letter(character: str, script: str | None) -> None:
    assert script_of(character) == script
