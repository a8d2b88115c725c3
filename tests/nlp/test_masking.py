import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nlp.annotate import annotate
from nlp.annotation import DICTIONARY_NAME, Annotation, Entity, Token
from nlp.characters import clean
from nlp.masking import Mask, mask_text, masks_in
from nlp.masking_rules import MaskingFile
from nlp.text_rules import TextRules

HELD_OUT_FOUND = 43  # of 51: raise it when the rules get better, never lower it


def _masked(texts: list[str], rules: TextRules) -> dict[str, str]:
    annotations = annotate(texts)
    return {
        text: mask_text(text, rules.masking, not_names=rules.not_names, annotation=annotations[text]) for text in texts
    }


def _identifiers(sentence: str) -> Iterator[str]:
    return (match[1] for match in re.finditer("《(.*?)》", sentence))


def _is_left(identifier: str, masked: str) -> bool:
    parts = [part for part in re.split("[ ・]", identifier) if len(part) > 1]
    return identifier in masked or any(part in masked for part in parts)


@pytest.mark.model
def test_identifiers_are_gone_and_the_rest_stays(rules: TextRules, sentences: dict[str, list[str]]) -> None:
    hidden = {sentence: re.sub("[《》]", "", sentence) for sentence in sentences["hidden"]}
    assert len(hidden) >= 60
    masked = _masked(list(hidden.values()), rules)
    faults = []
    for sentence, text in hidden.items():
        around = (re.escape(part) for part in re.split("《.*?》", sentence))
        is_left = any(_is_left(each, masked[text]) for each in _identifiers(sentence))
        if is_left or not re.fullmatch("(?:［[^］]+］)".join(around), masked[text]):
            faults.append((sentence, masked[text]))
    assert faults == [
        # The post mark goes with the code, the block's name with its number, the title with the name.
        ("〒《910-0005》に住んでいます。", "［郵便番号］に住んでいます。"),
        ("住所は福井市《大手3丁目17番1号》です。", "住所は［住所］です。"),
        ("Chị 《Lan》 đã giúp tôi rất nhiều.", "［名前］ đã giúp tôi rất nhiều."),
    ]


@pytest.mark.model
def test_sentences_that_identify_nobody_stay(rules: TextRules, sentences: dict[str, list[str]]) -> None:
    masked = _masked(sentences["kept"], rules)
    assert {text: after for text, after in masked.items() if after != text} == {}


@pytest.mark.model
def test_recall_on_sentences_the_rules_were_not_written_from(rules: TextRules, sentences: dict[str, list[str]]) -> None:
    texts = {sentence: re.sub("[《》]", "", sentence) for sentence in sentences["heldout"]}
    masked = _masked(list(texts.values()), rules)
    found = [not _is_left(each, masked[text]) for sentence, text in texts.items() for each in _identifiers(sentence)]
    assert sum(found) >= HELD_OUT_FOUND


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
    assert mask_text(text, rules.masking) == masked


def test_an_entity_of_a_wrong_label_does_not_matter(rules: TextRules) -> None:
    text = "連絡は090-1234-5678へ"
    annotation = Annotation("analysed", (), (Entity("Speed", 3, 7), Entity("Person", 7, 16)))
    assert mask_text(text, rules.masking, annotation=annotation) == "連絡は［電話番号］へ"


def test_what_sticks_out_of_an_overlap_is_masked_too(rules: TextRules) -> None:
    text = "花子090-1234-5678です"
    annotation = Annotation("analysed", (), (Entity("Person", 0, 6),))
    assert mask_text(text, rules.masking, annotation=annotation) == "［名前］［電話番号］です"


def test_a_name_found_in_part_is_masked_as_a_whole(rules: TextRules) -> None:
    annotation = Annotation("analysed", (), (Entity("Person", 0, 6),))
    assert mask_text("グエン・バン・アンです", rules.masking, annotation=annotation) == "［名前］です"


def test_what_stands_before_a_name_stays(rules: TextRules) -> None:
    tokens = (Token(0, 2, "昨日", "昨日", "昨日", "ADV"), Token(2, 4, "阮文", "阮文", "阮文", "NOUN"))
    annotation = Annotation("analysed", (*tokens, Token(4, 6, "さん", "さん", "さん", "NOUN")), ())
    assert mask_text("昨日阮文さん", rules.masking, annotation=annotation) == "昨日［名前］さん"


def test_words_that_are_no_names_stay(rules: TextRules) -> None:
    annotation = Annotation("analysed", (), (Entity("Person", 0, 3), Entity(DICTIONARY_NAME, 4, 6)))
    text = "永平寺と福井"
    assert mask_text(text, rules.masking, annotation=annotation) == "［名前］と［名前］"
    assert mask_text(text, rules.masking, not_names={"永平寺", "福井"}, annotation=annotation) == text
    assert mask_text("福井さん", rules.masking, not_names={"福井"}) == "［名前］さん"


def test_masks_lie_on_their_placeholders(rules: TextRules) -> None:
    text = mask_text("田中さんの電話は090-1234-5678、メールはa@b.jp", rules.masking)
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
    once = mask_text(clean(text).text, rules.masking)
    assert mask_text(once, rules.masking) == once


def test_a_picture_left_by_copying_hides_no_name(rules: TextRules) -> None:
    text = "田中\ufffc太郎に会いました"
    person = Annotation("analysed", (), (Entity("Person", 0, 5),))
    assert mask_text(text, rules.masking, annotation=person) == "［名前］に会いました"


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
    assume(not rules.masking.honorific_ending.search(surface))
    masked = mask_text(text, rules.masking, annotation=Annotation("analysed", (), (Entity("Person", start, end),)))
    left = filter(str.isalnum, rules.masking.placeholder.sub("", masked))
    others = filter(str.isalnum, rules.masking.placeholder.sub("", text[:start] + "\n" + text[end:]))
    assert all(character in others for character in left), (text, surface, masked)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"placeholders": {"name": "[name]"}}, "placeholders are written"),
        ({"placeholders": {"name": "［名前］", "other": "［名前］"}}, "stands twice"),
        ({"patterns": [{"id": "x", "kind": "phone", "pattern": "a"}]}, "without a placeholder"),
        ({"patterns": [{"id": "x", "kind": "name", "pattern": "(a"}]}, "no regular expression"),
        ({"patterns": [{"id": "x", "kind": "name", "pattern": "{unknown}"}]}, "no regular expression"),
        ({"chains": ["["]}, "no regular expression"),
    ],
)
def test_faults_of_the_rules_are_said(change: dict[str, object], message: str) -> None:
    sound = {
        "placeholders": {"name": "［名前］"},
        "entities": [],
        "fragments": {"honorific": "さん"},
        "roles": {"alone": [], "ending": []},
        "chains": [],
        "patterns": [],
    }
    assert MaskingFile.model_validate(sound)
    with pytest.raises(ValueError, match=message):
        MaskingFile.model_validate(sound | change)


UNITS = ["あ", "田", "1", "a", "a.", "A ", "ア・", "0-", "１ー", "田中 ", "a@", "名前は", "丁目1"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_the_rules_for_ever(rules: TextRules, unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    started = time.process_time()
    mask_text(text, rules.masking)
    assert time.process_time() - started < 3
