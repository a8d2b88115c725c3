"""The states of spaCy's arc-eager parser for many documents side by side, and its moves on all of them at once.

Tokens are numbered through the documents from 1; 0 stands for no token, so that what is not there needs no case.
The rules are those of spacy/pipeline/_parser_internals/arc_eager.pyx for documents without an earlier parse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from nlp.fast.documents import Booleans, Integers

SHIFT, REDUCE, LEFT, RIGHT, BREAK = range(5)
_KINDS: Final = {"S": SHIFT, "D": REDUCE, "L": LEFT, "R": RIGHT, "B": BREAK}
_STACK_PLACES: Final = 3  # the parser looks at up to three tokens of the stack


def kinds_of(moves: Sequence[str]) -> Integers:
    """The kind of every move by its name, such as "L-nsubj"."""
    return np.array([_KINDS[move.partition("-")[0]] for move in moves])


class ParseStates:
    """One state a document: a stack, the tokens to come, tokens put back before those, and the arcs so far."""

    def __init__(self, lengths: Integers) -> None:
        documents, longest, tokens = len(lengths), int(lengths.max()), int(lengths.sum()) + 1
        self._next = np.cumsum(lengths) - lengths + 1
        self._end = self._next + lengths
        self._stack = np.zeros((documents, longest + _STACK_PLACES), dtype=np.int64)
        self._depth = np.zeros(documents, dtype=np.int64)
        self._put_back = np.zeros((documents, longest), dtype=np.int64)
        self._put_back_n = np.zeros(documents, dtype=np.int64)
        self._was_put_back = np.zeros(tokens, dtype=bool)
        self._starts_sentence = np.zeros(tokens, dtype=bool)
        self._starts_sentence[self._next] = True
        self._left = np.zeros(tokens, dtype=np.int64)  # the last child on the left, and on the right
        self._right = np.zeros(tokens, dtype=np.int64)
        self._sibling = np.zeros(tokens, dtype=np.int64)  # the child of the same head before, on the same side
        self.head = np.zeros(tokens, dtype=np.int64)
        self.move = np.full(tokens, -1)
        """The move that gave a token its head."""

    def unfinished(self, documents: Integers) -> Integers:
        """Those of the documents that have a token left on the stack or to come."""
        return documents[(self._depth[documents] > 0) | (self._remaining(documents) > 0)]

    def context(self, documents: Integers) -> Integers:
        """The tokens (documents, 8) that describe the states, in spaCy's order."""
        first, second = self._ahead(documents, 0), self._ahead(documents, 1)
        tops = [self._stack[documents, self._depth[documents] + _STACK_PLACES - 1 - place] for place in range(3)]
        children = self._left[first], self._left[tops[0]], self._right[tops[0]]
        return np.stack([first, second, *tops, *children], axis=1)

    def allowed(self, documents: Integers, context: Integers) -> Booleans:
        """Which kinds of moves (documents, 5) the rules allow."""
        first, second = context[:, 0], context[:, 1]
        is_empty = self._depth[documents] == 0
        has_second = second > 0
        may_go_on = (first > 0) & ~self._starts_sentence[first]
        allowed = np.empty((len(documents), 5), dtype=bool)
        allowed[:, SHIFT] = is_empty | (has_second & may_go_on & ~self._was_put_back[first])
        allowed[:, REDUCE] = ~is_empty
        allowed[:, LEFT] = allowed[:, RIGHT] = ~is_empty & may_go_on
        allowed[:, BREAK] = has_second & (second == first + 1) & ~self._starts_sentence[second]
        return allowed

    def do(self, documents: Integers, context: Integers, moves: Integers, kinds: Integers) -> None:
        """Carry out a move in every document."""
        first, second, top = context[:, 0], context[:, 1], context[:, 2]
        left, right = kinds == LEFT, kinds == RIGHT
        self._attach(first[left], top[left], moves[left], self._left)
        self._was_put_back[first[left]] = False
        self._attach(top[right], first[right], moves[right], self._right)
        self._starts_sentence[second[kinds == BREAK]] = True
        reduced = kinds == REDUCE
        reduced_documents = documents[reduced]
        returns = (self.head[top[reduced]] == 0) & (self._depth[reduced_documents] > 1)
        self._depth[documents[left | reduced]] -= 1
        self._return(reduced_documents[returns], top[reduced][returns])
        pushes = right | (kinds == SHIFT)
        self._push(documents[pushes], first[pushes])

    def _remaining(self, documents: Integers) -> Integers:
        return self._end[documents] - self._next[documents] + self._put_back_n[documents]

    def _ahead(self, documents: Integers, place: int) -> Integers:
        """The token `place` tokens ahead: one put back, the last first, or else one to come."""
        put_back_n = self._put_back_n[documents]
        token = self._next[documents] + place - put_back_n
        token[token >= self._end[documents]] = 0
        again = np.flatnonzero(put_back_n > place)
        token[again] = self._put_back[documents[again], put_back_n[again] - 1 - place]
        return token

    def _push(self, documents: Integers, tokens: Integers) -> None:
        again = self._put_back_n[documents] > 0
        self._put_back_n[documents[again]] -= 1
        self._next[documents[~again]] += 1
        self._stack[documents, self._depth[documents] + _STACK_PLACES] = tokens
        self._depth[documents] += 1

    def _return(self, documents: Integers, tokens: Integers) -> None:
        """Put tokens that have no head back before the next ones."""
        self._was_put_back[tokens] = True
        self._put_back[documents, self._put_back_n[documents]] = tokens
        self._put_back_n[documents] += 1

    def _attach(self, heads: Integers, children: Integers, moves: Integers, side: Integers) -> None:
        again = children[self.head[children] > 0]
        # A token that has a head already is on the stack above it: it is its head's last child on the right.
        self._right[self.head[again]] = self._sibling[again]
        self._sibling[children] = side[heads]
        side[heads] = children
        self.head[children] = heads
        self.move[children] = moves
