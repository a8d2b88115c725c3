import re
import time
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nlp.annotation import DICTIONARY_NAME, Annotation, Entity, Token
from nlp.characters import clean
from nlp.masking import DoubtfulPlace, Mask, MaskedText, Masker, mask_text, masks_in
from nlp.masking_rules import DOUBTS_OF_NAMES, Cues, MaskingFile, Verdict
from nlp.names import KnownNames
from nlp.text_rules import TextRules


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("０９０−１２３４―５６７８", "［電話番号］"),
        ("०९०-१२३४-५६७८", "［電話番号］"),
        ("a@b.jp と c@d.jp", "［メールアドレス］ と ［メールアドレス］"),
        ("口座 1234567 と 2345678", "口座 ［口座番号］ と ［口座番号］"),
        ("３月３１日、５００００円", "３月３１日、５００００円"),
        ("1000000000円", "1000000000円"),
        ("2024-03-31 10", "2024-03-31 10"),
        ("http://example.org/お知らせ", "［URL］お知らせ"),
        ("［名前］さん", "［名前］さん"),
        ("ﾔﾏﾀﾞさん", "［名前］さん"),
    ],
)
def test_rules_need_no_analyser(rules: TextRules, text: str, masked: str) -> None:
    assert mask_text(text, rules) == masked


def test_an_entity_of_a_wrong_label_does_not_matter(rules: TextRules) -> None:
    text = "連絡は090-1234-5678へ"
    annotation = Annotation("analysed", (), (Entity("Speed", 3, 7), Entity("Person", 7, 16)))
    assert mask_text(text, rules, annotation) == "連絡は［電話番号］へ"


def test_what_sticks_out_of_an_overlap_is_masked_too(rules: TextRules) -> None:
    text = "花子090-1234-5678です"
    annotation = Annotation("analysed", (), (Entity("Person", 0, 6),))
    assert mask_text(text, rules, annotation) == "［名前］［電話番号］です"


def test_a_name_found_in_part_is_masked_as_a_whole(rules: TextRules) -> None:
    annotation = Annotation("analysed", (), (Entity("Person", 0, 6),))
    assert mask_text("グエン・バン・アンです", rules, annotation) == "［名前］です"


def test_what_stands_before_a_name_stays(rules: TextRules) -> None:
    tokens = (Token(0, 2, "昨日", "昨日", "昨日", "ADV"), Token(2, 4, "阮文", "阮文", "阮文", "NOUN"))
    annotation = Annotation("analysed", (*tokens, Token(4, 6, "さん", "さん", "さん", "NOUN")), ())
    assert mask_text("昨日阮文さん", rules, annotation) == "昨日［名前］さん"


def test_words_that_are_no_names_stay(rules: TextRules) -> None:
    annotation = Annotation("analysed", (), (Entity("Person", 0, 3), Entity(DICTIONARY_NAME, 4, 6)))
    text = "永平寺と大野"
    assert mask_text(text, rules, annotation) == "［名前］と［名前］"
    rules = replace(rules, not_names=rules.not_names | {"永平寺", "大野"})
    assert mask_text(text, rules, annotation) == text
    assert mask_text("大野さん", rules) == "［名前］さん"


def test_part_of_a_place_is_no_name(rules: TextRules) -> None:
    text = "田中市場と田中、石田部長"
    entities = (Entity("Person", 0, 4), Entity("Person", 5, 7), Entity("Person", 8, 11))
    assert mask_text(text, rules, Annotation("analysed", (), entities)) == "田中市場と［名前］、［名前］部長"


def test_what_cannot_be_seen_hides_nothing(rules: TextRules) -> None:
    for text in ("田\u200d中さん", "田\U000e0100中さん", "た な か さ ん", "田　中　さん", "0\u200c90-1234\ufe0f-5678"):
        masked = mask_text(clean(text).text, rules)
        assert not set(masked) & set("田中たな0159"), masked


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("友達の桜と話した", ["name_or_word"]),
        ("ゼノビアが手伝ってくれた", ["unknown_katakana"]),
        ("I like Zanzib here", ["unknown_capital"]),
        ("ሰላም ነው", ["script_without_rules"]),
        ("ゼノビアはきれいだ", ["katakana_alone"]),
        ("桜がきれい", []),
        ("アパートが古い", []),
        ("田中さんと話した", []),
    ],
)
def test_doubtful_places_have_a_class(rules: TextRules, text: str, doubts: list[str]) -> None:
    masked = Masker(rules).mask(text)
    assert [each.doubt for each in masked.doubtful] == doubts
    is_masked = {each.id: each.default == "mask" for each in rules.masking.doubts}
    assert [each.is_masked for each in masked.doubtful] == [is_masked[doubt] for doubt in doubts]
    assert (masked.shown(rules.masking) == text) == (not masked.masks)


class Decided:
    """Decisions by words."""

    def __init__(self, verdicts: dict[str, Verdict]) -> None:
        self.verdicts = verdicts

    def verdict(self, source: str, start: int, end: int) -> Verdict | None:
        return self.verdicts.get(source[start:end])


def test_what_a_person_decided_is_done(rules: TextRules) -> None:
    text = "友達の桜と話し、ゼノビアを見た"
    assert mask_text(text, rules) == "友達の［名前］と話し、ゼノビアを見た"
    masked = Masker(rules, Decided({"桜": "keep", "ゼノビア": "mask"})).mask(text)
    assert masked.shown(rules.masking) == "友達の桜と話し、［名前］を見た"
    assert masked.doubtful == (
        DoubtfulPlace(3, 4, "name", "name_or_word", "keep", False),
        DoubtfulPlace(8, 12, "name", "katakana_alone", "mask", True),
    )


def test_what_is_kept_stays_when_the_analyser_looks_again(rules: TextRules) -> None:
    masker = Masker(rules, Decided({"桜": "keep"}))
    once = masker.mask("友達の桜と話した")
    again = masker.mask(once, Annotation("analysed", (), (Entity("Person", 3, 4),)))
    assert again.shown(rules.masking) == "友達の桜と話した"


def test_a_decision_does_not_touch_what_is_sure(rules: TextRules) -> None:
    masker = Masker(rules, Decided({"田中": "keep", "090-1234-5678": "keep"}))
    assert masker.mask("田中さん 090-1234-5678").shown(rules.masking) == "［名前］さん ［電話番号］"


def test_places_are_of_the_source_after_any_number_of_rounds(rules: TextRules) -> None:
    text = "電話は090-1234-5678、阮文さん"
    masker = Masker(rules)
    once = masker.mask(text)
    shown = once.shown(rules.masking)
    place = shown.index("電話番号") + 6
    again = masker.mask(once, Annotation("analysed", (), (Entity("Person", place, place + 2),)))
    assert [text[mask.start : mask.end] for mask in again.masks] == ["090-1234-5678", "阮文"]
    assert again.source == text


def test_a_place_is_shown_in_its_masked_context(rules: TextRules) -> None:
    masked = Masker(rules).mask("田中さんの友達の桜と話した。090-1234-5678")
    (place,) = masked.doubtful
    before, candidate, after = masked.around(place, rules.masking, reach=8)
    assert (before, candidate, after) == ("［名前］さんの友達の"[-8:], "桜", "と話した。［電話")
    assert isinstance(masked, MaskedText)


def test_masks_lie_on_their_placeholders(rules: TextRules) -> None:
    text = mask_text("田中さんの電話は090-1234-5678、メールはa@b.jp", rules)
    assert text == "［名前］さんの電話は［電話番号］、メールは［メールアドレス］"
    masks = masks_in(text, rules.masking)
    assert masks == [Mask(0, 4, "name"), Mask(10, 16, "phone"), Mask(21, 30, "email")]
    assert all(text[mask.start : mask.end] == rules.masking.placeholders[mask.kind] for mask in masks)


IDENTIFIERS = [
    "090-1234-5678",
    "ﾀﾅｶさん",
    "田中さん",
    "マリア・サントス",
    "a.b@c.jp",
    "AB12345678CD",
    "1234 5678 9012",
    "口座1234567",
    "@ken_1",
    "My name is Lan",
    "［名前］",
    "〒910-0005",
    "名前は",
    "と申します",
    "３丁目１番",
    "00811",
]
MIXED = st.lists(st.one_of(st.sampled_from(IDENTIFIERS), st.text(max_size=8)), max_size=6).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=MIXED)
def test_masking_a_masked_text_changes_nothing(rules: TextRules, text: str) -> None:
    once = mask_text(clean(text).text, rules)
    assert mask_text(once, rules) == once


def test_a_picture_left_by_copying_hides_no_name(rules: TextRules) -> None:
    text = "田中\ufffc太郎に会いました"
    person = Annotation("analysed", (), (Entity("Person", 0, 5),))
    assert mask_text(text, rules, person) == "［名前］に会いました"


@settings(max_examples=300, deadline=None)
@given(text=MIXED, data=st.data())
def test_nothing_is_left_of_an_entity(rules: TextRules, text: str, data: st.DataObject) -> None:
    text = clean(text).text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    surface = text[start:end]
    assume("\n" not in surface)  # the analyser takes line by line
    assume(any(map(str.isalpha, surface)) and not rules.masking.roles.hold(surface.strip()))
    assume(not any(mask.start < end and start < mask.end for mask in masks_in(text, rules.masking)))
    assume(not re.fullmatch("[ぁ-ゖー]*", surface.strip()))  # of which the analyser tells little
    titles = rules.masking.compiled_cues["title"].finditer(text)
    assume(not any(title.start() < end <= title.end() for title in titles))  # a title stays
    bare = replace(rules, not_names=frozenset(), katakana_words=frozenset(), names=KnownNames())
    masked = mask_text(text, bare, Annotation("analysed", (), (Entity("Person", start, end),)))
    left = filter(str.isalnum, rules.masking.placeholder.sub("", masked))
    others = filter(str.isalnum, rules.masking.placeholder.sub("", text[:start] + "\n" + text[end:]))
    assert all(character in others for character in left), (text, surface, masked)


CUES = {name: "a" if name in ("start", "and_", "particle") else ["a"] for name in Cues.model_fields}
DOUBTS = [{"id": each, "default": "mask", "label": {"ja": "a", "en": "a"}, "reason": "a"} for each in DOUBTS_OF_NAMES]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"placeholders": {"name": "[name]"}}, "placeholders are written"),
        ({"placeholders": {"name": "［名前］", "other": "［名前］"}}, "stands twice"),
        ({"patterns": [{"id": "x", "kind": "phone", "pattern": "a"}]}, "without a placeholder"),
        ({"patterns": [{"id": "x", "kind": "name", "pattern": "(a"}]}, "no regular expression"),
        ({"patterns": [{"id": "x", "kind": "name", "pattern": "{unknown}"}]}, "no regular expression"),
        ({"chains": ["["]}, "no regular expression"),
        ({"cues": {**CUES, "deed": ["("]}}, "cues.deed.0: no regular expression"),
        ({"doubts": DOUBTS[1:]}, "classes of doubt not declared"),
        ({"patterns": [{"id": "x", "kind": "name", "pattern": "a", "doubt": "y"}]}, "classes of doubt not declared"),
    ],
)
def test_faults_of_the_rules_are_said(change: dict[str, object], message: str) -> None:
    sound = {
        "placeholders": {"name": "［名前］"},
        "entities": [],
        "fragments": {"honorific": "さん"},
        "roles": {"alone": [], "ending": []},
        "generic": {"alone": [], "ending": []},
        "cues": CUES,
        "doubts": DOUBTS,
        "chains": [],
        "patterns": [],
    }
    assert MaskingFile.model_validate(sound)
    with pytest.raises(ValueError, match=message):
        MaskingFile.model_validate(sound | change)


UNITS = ["あ", "田", "1", "a", "a.", "A ", "ア・", "0-", "１ー", "田中 ", "a@", "名前は", "丁目1"]
UNITS += ["桜と", "の", "わたしは", "まりあ", "An ", "คุณ", "အောင်", "김", "た な ", "夫の", "株式会社", "ゼノビアと"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_the_rules_for_ever(rules: TextRules, unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    started = time.process_time()
    mask_text(text, rules)
    assert time.process_time() - started < 3
