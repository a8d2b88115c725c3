import pytest

from nlp.annotate import annotate
from nlp.annotation import Annotation, Token, from_plain, to_plain
from nlp.homophones import Homophone, HomophonesFile, Neighbours, example_faults, told_apart
from nlp.vocabulary import OWN_FOLDER
from warehouse.definitions import DefinitionReader

EXAMPLES = {"changed": ["あ"], "kept": ["い"]}
RULE = {"id": "r", "version": 1, "author": "a", "reason": "b", "norm": "更新", "examples": EXAMPLES}


def _token(surface: str, norm: str, place: int, sentence: int = 0, tag: str = "") -> Token:
    return Token(place, place + len(surface), surface, surface, norm, "NOUN", tag=tag, sentence=sentence)


def _rule(**changes: object) -> Homophone:
    return Homophone.model_validate({**RULE, "surface": "こうしん", **changes})


def _told(rule: Homophone, *tokens: Token) -> list[str]:
    return [token.norm for token in told_apart(tokens, [rule])]


VISA, PARTICLE, RENEWAL = _token("びざ", "ビザ", 0), _token("の", "の", 2), _token("こうしん", "行進", 3)


def test_a_neighbour_tells_what_is_meant_and_leaves_its_trace() -> None:
    told = told_apart([VISA, PARTICLE, RENEWAL], [_rule(when={"near": "ビザ"})])
    assert told[:2] == [VISA, PARTICLE]
    assert told[2] == RENEWAL._replace(lemma="更新", norm="更新", norm_rule="r")


@pytest.mark.parametrize(
    ("conditions", "is_told"),
    [
        ({"when": {"near": "びざ"}}, True),  # by surface
        ({"when": {"previous": "の"}}, True),
        ({"when": {"previous": "ビザ"}}, False),
        ({"when": {"next": "の"}}, False),
        ({"when": {"near": "ビザ"}, "unless": {"previous": "の"}}, False),
        ({"unless": {"near": "運動会"}}, True),
        ({"when": {"near": "運動会"}}, False),
    ],
)
def test_conditions(conditions: dict[str, object], is_told: bool) -> None:
    assert _told(_rule(**conditions), VISA, PARTICLE, RENEWAL)[-1] == ("更新" if is_told else "行進")


def test_neighbours_are_of_the_same_sentence_and_within_five_words() -> None:
    other = RENEWAL._replace(sentence=1)
    assert _told(_rule(when={"near": "ビザ"}), VISA, PARTICLE, other)[-1] == "行進"
    between = [_token("も", "も", place) for place in range(2, 7)]
    assert _told(_rule(when={"near": "ビザ"}), VISA, *between[:4], RENEWAL)[-1] == "更新"
    assert _told(_rule(when={"near": "ビザ"}), VISA, *between, RENEWAL)[-1] == "行進"


def test_a_part_of_speech_before_a_word_may_keep_it() -> None:
    adjective = _token("むずかしい", "難しい", 0, tag="形容詞-一般")
    assert _told(_rule(unless={"previous_tag": "形容詞"}), adjective, RENEWAL)[-1] == "行進"
    assert _told(_rule(unless={"previous_tag": "動詞"}), adjective, RENEWAL)[-1] == "更新"


def test_a_word_that_inflects_is_told_by_its_norm() -> None:
    rule = Homophone.model_validate({**RULE, "given": "はらう", "norm": "払う", "unless": {"near": "神社"}})
    assert _told(rule, _token("はらえ", "はらう", 0)) == ["払う"]


def test_spaces_inside_a_word_do_not_hide_it() -> None:
    assert _told(_rule(when={"near": "ビザ"}), VISA, _token("こう しん", "行進", 3)) == ["ビザ", "更新"]


def test_the_first_rule_that_fits_tells() -> None:
    rules = [_rule(id="one", when={"near": "ビザ"}), _rule(id="two", norm="後進", when={"near": "ビザ"})]
    assert told_apart([VISA, RENEWAL], rules)[1].norm_rule == "one"


def test_rules_see_what_the_dictionary_gave_and_not_each_other() -> None:
    rules = [
        _rule(id="one", when={"near": "ビザ"}),
        _rule(id="two", surface="びざ", norm="査証", when={"near": "行進"}),
    ]
    assert [token.norm for token in told_apart([VISA, RENEWAL], rules)] == ["査証", "更新"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"when": {}}, "when or unless is needed"),
        ({"when": {"near": "ビザ"}, "given": "こうしん"}, "one of surface and given"),
        ({"when": {"nearby": "ビザ"}}, "Extra inputs"),
    ],
)
def test_faults_of_a_rule_are_said(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _rule(**changes)


def test_an_id_stands_once() -> None:
    rule = {**RULE, "surface": "こうしん", "when": {"near": "ビザ"}}
    with pytest.raises(ValueError, match="stands twice"):
        HomophonesFile.model_validate({"homophones": [rule, rule]})


def test_the_trace_is_stored_with_the_words() -> None:
    text = "びざのこうしん"
    told = Annotation("analysed", tuple(told_apart([VISA, PARTICLE, RENEWAL], [_rule(when={"near": "ビザ"})])))
    tokens = from_plain(text, to_plain(told)).tokens
    assert [token.norm_rule for token in tokens] == [None, None, "r"]
    assert from_plain(text, to_plain(told, words=False)).tokens[2].norm_rule is None


def _own() -> HomophonesFile:
    reader = DefinitionReader(OWN_FOLDER)
    found = reader.yaml("nlp/homophones.yml", HomophonesFile)
    assert found is not None, reader.faults
    return found


@pytest.mark.model
def test_every_rule_tells_its_examples_and_leaves_the_others_alone() -> None:
    own = _own()
    assert len(own.homophones) >= 20
    assert example_faults("nlp/homophones.yml", own, annotate(own.examples)) == []


@pytest.mark.model
def test_the_same_kana_mean_what_their_neighbours_say() -> None:
    sentences = {
        "うんてんめんきょのこうしんにいきます。": "更新",
        "まちのまつりでこうしんしました。": "行進",
        "しゃかいほけんりょうがたかい。こくみんほけんにはいる。": "保険",
        "にほんごはかんじがたくさんあってよめない。": "漢字",
        "やさしいかんじのせんせいです。": "かんじ",
        "ぶひんのこうじょうでやきんをしています。": "工場",
        "ぎじゅつがこうじょうする。": "こうじょう",
    }
    found = annotate(list(sentences))
    missed = {
        sentence: [token.norm for token in found[sentence].tokens]
        for sentence, norm in sentences.items()
        if norm not in [token.norm for token in found[sentence].tokens]
    }
    assert missed == {}


def test_no_condition_is_no_neighbour() -> None:
    assert Neighbours().is_empty
    assert not Neighbours().stand_about([VISA, RENEWAL], 1)
