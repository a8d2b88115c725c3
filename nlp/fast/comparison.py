"""Whether two pipelines say the same of a text, in everything they say."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from spacy import attrs
from spacy.tokens import Doc

_LAYERS: Final = {
    "words": (attrs.ORTH, attrs.SPACY),
    "lemmas": (attrs.LEMMA,),
    "norms": (attrs.NORM,),
    "parts of speech": (attrs.POS,),
    "tags": (attrs.TAG,),
    "features": (attrs.MORPH,),
    "heads": (attrs.HEAD,),
    "dependencies": (attrs.DEP,),
    "sentence starts": (attrs.SENT_START,),
    "entities": (attrs.ENT_IOB, attrs.ENT_TYPE, attrs.ENT_KB_ID, attrs.ENT_ID),
}
_BUNSETU: Final = ("bunsetu_heads", "bunsetu_bi_labels", "bunsetu_position_types", "clauses", "clause_heads")


def differences(one: Doc, other: Doc) -> list[str]:
    """The layers in which two analyses of a text differ, bunsetu and clauses included."""
    if one.text != other.text or len(one) != len(other):
        return ["words"]
    differ = [
        name for name, layer in _LAYERS.items() if not np.array_equal(one.to_array([*layer]), other.to_array([*layer]))
    ]
    return differ + [name for name in _BUNSETU if _plain(one.user_data, name) != _plain(other.user_data, name)]


def _plain(user_data: dict[Any, Any], name: str) -> Any:
    """Clauses in their order, too: a dictionary compares without."""
    value = user_data.get(name)
    return list(value.items()) if isinstance(value, dict) else value
