"""The states and moves side by side are spaCy's own, whatever moves are made."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spacy.pipeline._parser_internals.arc_eager import ArcEager
from spacy.pipeline._parser_internals.stateclass import StateClass
from spacy.tokens import Doc
from spacy.vocab import Vocab

from nlp.fast.arc_eager import ParseStates, kinds_of

MOVES = ["S", "D", "L-subject", "L-object", "R-case", "R-mark", "B-ROOT"]
KINDS = kinds_of(MOVES)


def spacys(vocab: Vocab, lengths: list[int]) -> tuple[ArcEager, list[StateClass]]:
    labels = {0: {"": 1}, 1: {"": 1}, 2: {"subject": 2, "object": 1}, 3: {"case": 2, "mark": 1}, 4: {"ROOT": 1}}
    rules = ArcEager(vocab.strings, labels)
    assert [rules.get_class_name(number) for number in range(rules.n_moves)] == MOVES
    return rules, rules.init_batch([Doc(vocab, words=["あ"] * length) for length in lengths])


@given(st.lists(st.integers(1, 7), min_size=1, max_size=3), st.data())
def test_any_allowed_moves_lead_to_the_same_states(lengths: list[int], data: st.DataObject) -> None:
    strings = (vocab := Vocab()).strings
    rules, theirs = spacys(vocab, lengths)
    ours = ParseStates(np.array(lengths))
    offsets = np.cumsum(lengths) - lengths + 1

    def numbered(document: int, token: int) -> int:
        return int(offsets[document]) + token if token >= 0 else 0

    documents = np.arange(len(lengths))
    for _ in range(100):
        assert documents.tolist() == [number for number, state in enumerate(theirs) if not state.is_final()]
        if not len(documents):
            break
        context = ours.context(documents)
        allowed = ours.allowed(documents, context)[:, KINDS]
        chosen = []
        for document, places, possible in zip(documents.tolist(), context.tolist(), allowed.tolist(), strict=True):
            state = theirs[document]
            first, top = state.B(0), state.S(0)
            seen = first, state.B(1), top, state.S(1), state.S(2), state.L(first, 1), state.L(top, 1), state.R(top, 1)
            assert places == [numbered(document, token) for token in seen]
            assert possible == [rules.is_valid(state, move) for move in MOVES]
            chosen.append(data.draw(st.sampled_from([number for number, may in enumerate(possible) if may])))
            rules.apply_transition(state, MOVES[chosen[-1]])
        ours.do(documents, context, np.array(chosen), KINDS[chosen])
        documents = ours.unfinished(documents)
    for document, (state, length) in enumerate(zip(theirs, lengths, strict=True)):
        heads = [numbered(document, state.H(token)) for token in range(length)]
        assert ours.head[offsets[document] :][:length].tolist() == heads
        labels = {arc["child"]: strings[arc["label"]] for arc in state.arcs}
        for token in range(length):
            move = int(ours.move[offsets[document] + token])
            assert labels.get(token, "") == (MOVES[move].partition("-")[2] if move >= 0 else "")
