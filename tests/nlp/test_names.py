from collections.abc import Iterator

import pytest

from nlp.names import FoundName, KnownNames, NameSearch, comparable_name
from nlp.text_rules import TextRules


@pytest.fixture(scope="module")
def search(rules: TextRules) -> NameSearch:
    return NameSearch(rules.masking, rules.names, not_names=rules.not_names, katakana_words=rules.katakana_words)


def found(search: NameSearch, text: str) -> list[tuple[str, str | None]]:
    return [(text[each.start : each.end], each.doubt) for each in search.find(text)]


def test_lists_tell_names_from_words_that_are_names_too() -> None:
    names = KnownNames.of(["# a comment", "田中 たなか Tanaka", "桜 ?桜 ?さくら", "Олена Олен-"])
    assert names.sure == {"田中", "たなか", "tanaka", "олена"}
    assert names.words == {"桜", "さくら"}
    assert names.beginnings == {"олен"}
    assert names.certainty("ＴＡＮＡＫＡ") == "sure"
    assert names.certainty("さくら") == "word"
    assert names.certainty("山") is None


def test_a_family_and_a_given_name_are_one_name() -> None:
    names = KnownNames.of(["田中", "?林", "?愛 愛美", "김 ?지", "민수"])
    assert names.certainty_of_whole("田中愛") == "sure"
    assert names.certainty_of_whole("林愛美") == "sure"
    assert names.certainty_of_whole("김민수") == "sure"
    assert names.certainty_of_whole("林愛") is None  # two words of one character each are a word: 希望, 光明
    assert names.certainty_of_whole("田中市場") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("昨日田中に会った", [("田中", None)]),
        ("担当田中社長です", [("田中", None)]),
        ("田中市場が安い", []),
        ("山口美咲と話す", [("山口美咲", None)]),
        ("桜がきれい", []),
        ("桜に相談した", [("桜", "name_or_word")]),
        ("林が親切に教えてくれた", [("林", "name_or_word")]),
        ("力になってくれた", []),
        ("勇気をもらった", []),
        ("優しくしてくれた", []),
        ("すずきさんと", [("すずき", None)]),
        ("そうだんしたなかで", []),
        ("ジョナサンはまだ小学生", [("ジョナサン", None)]),
        ("むすめのさくらは", [("さくら", "name_or_word")]),
        ("さくらがさいた", []),
        ("わたしはまりあです", [("まりあ", "name_or_word")]),
        ("ズンとフォンが来た", [("ズン", "name_or_word"), ("フォン", None)]),
        ("ゼノビアに怒られた", [("ゼノビア", "unknown_katakana")]),
        ("ゼノビアはきれい", [("ゼノビア", "katakana_alone")]),
        ("アルバイトリーダーに怒られた", []),
        ("ネパール料理に会えた", []),
        ("my friend maria helped", [("maria", None)]),
        ("my friend grace helped", [("grace", "name_or_word")]),
        ("we hope and have grace", []),
        ("Chị Hương cảm ơn", [("Hương", None)]),
        ("chi phí và hương vị", []),
        ("김민수가 왔다", [("김민수", None)]),
        ("कुमारले दिनुभयो", [("कुमार", None)]),
        ("з Оксаною", [("Оксаною", None)]),
        ("ฉันรู้จักสมชายดี", [("สมชาย", None)]),
    ],
)
def test_names_and_where_they_stand(search: NameSearch, text: str, names: list[tuple[str, str | None]]) -> None:
    assert found(search, text) == names


def test_words_of_the_programme_are_names_only_by_a_cue(rules: TextRules) -> None:
    search = NameSearch(rules.masking, rules.names, not_names={"田中", "ゼノビア"})
    assert found(search, "田中とゼノビア") == []
    assert found(search, "友達の田中") == [("田中", "name_or_word")]


def test_words_of_katakana_may_be_made_of_several(search: NameSearch) -> None:
    assert search.is_ordinary_katakana("アルバイト")
    assert search.is_ordinary_katakana("アルバイトリーダー")
    assert not search.is_ordinary_katakana("アルバイトゼノビア")


def spread(names: frozenset[str]) -> Iterator[str]:
    return (each for each in sorted(names)[::97] if each.isascii() and len(each) > 3)


def test_every_form_is_found_as_it_is_compared(rules: TextRules, search: NameSearch) -> None:
    for name in spread(rules.names.sure):
        text = f"I met {name} there"
        assert (name, None) in found(search, text), name
        assert comparable_name(name.upper()) == name


def test_the_lists_hold_names_of_every_origin(rules: TextRules) -> None:
    assert len(rules.names.sure) > 5_000
    assert len(rules.names.words) > 2_000
    for name in ("佐藤", "さとる", "nguyễn", "グエン", "श्रेष्ठ", "シュレスタ", "zhang", "민준", "santos", "quispe"):
        assert rules.names.certainty(name) == "sure", name
    for name in ("kyaw", "アウン", "budi", "ペレラ", "สมชาย", "محمد", "fatima", "オレーナ", "shevchenko", "kwame"):
        assert rules.names.certainty(name) == "sure", name
    for word in ("桜", "林", "山口", "ゆうき", "mai", "lan", "grace", "rose"):
        assert rules.names.certainty(word) == "word", word


def test_what_is_found_is_in_order(search: NameSearch) -> None:
    names = list(search.find("マリアと田中とすずきがいた"))
    assert names == sorted(names, key=lambda each: each.start)
    assert FoundName(0, 3, None) in names
