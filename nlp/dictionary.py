"""The pinned dictionary with a programme's own words: compiled, opened, and seen to be in force."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nlp.vocabulary import USER_DICTIONARY, Vocabulary
from warehouse.definitions import UserMistake, fault

if TYPE_CHECKING:
    from sudachipy.sudachipy import Tokenizer

# What the dictionary does to a text before it looks: its own settings, but for the step that passes over whatever kana
# stands in brackets after Chinese characters, なし in 仕事（なし） too. Readings are left out before (kana_writing).
_INPUT: Final = [
    {"class": "com.worksap.nlp.sudachi.DefaultInputTextPlugin"},
    {
        "class": "com.worksap.nlp.sudachi.ProlongedSoundMarkPlugin",
        "prolongedSoundMarks": ["ー", "-", "⁓", "〜", "〰"],
        "replacementSymbol": "ー",
    },
]

SPLIT_MODE: Final = "C"  # compounds as one word; what the model was trained on


def open_dictionary(vocabulary: Vocabulary) -> Tokenizer:
    """A tokenizer of the pinned dictionary with the vocabulary's words.

    They are compiled anew for each process (550 words: 0.05 s) into a folder that is gone when this returns, so no two
    processes meet and nothing can be stale. Raises UserMistake if they cannot be compiled or are not in force.
    """
    from sudachipy.config import Config
    from sudachipy.sudachipy import Dictionary

    if not vocabulary.words:
        return Dictionary(config=Config(system="core", inputTextPlugin=_INPUT)).create(mode=SPLIT_MODE)
    with tempfile.TemporaryDirectory(prefix="monosashi-dictionary-") as folder:
        compiled = Path(folder) / "user.dic"
        _compile(vocabulary, compiled)
        # The file is mapped into memory when it is opened, and may be deleted then.
        config = Config(system="core", user=[str(compiled)], inputTextPlugin=_INPUT)
        tokenizer = Dictionary(config=config).create(mode=SPLIT_MODE)
    check_in_force(lambda text: [word.normalized_form() for word in tokenizer.tokenize(text)], vocabulary)
    return tokenizer


def check_in_force(norms: Callable[[str], list[str]], vocabulary: Vocabulary) -> None:
    """Raise UserMistake unless every word of the vocabulary, standing alone, is one token with its norm.

    `norms` cuts a text into words and gives their norms. A tokenizer of spaCy that was pickled, or written to disk and
    read again, has lost its user dictionary without a word.
    """
    lost = [word.surface for word in vocabulary.words if norms(word.surface) != [word.norm]]
    if lost:
        some = "、".join(lost[:5])
        wrong = (
            f"辞書の語が効いていません({len(lost)}語: {some})",
            f"words of the dictionary are not in force ({len(lost)}: {some})",
        )
        mend = (
            "コスト(cost)を下げるか、語を除いてください。全語なら辞書が失われています",
            "lower their cost or remove them; if it is all of them, the dictionary was lost",
        )
        raise UserMistake([fault(USER_DICTIONARY, "", wrong, mend)])


def _compile(vocabulary: Vocabulary, compiled: Path) -> None:
    from sudachipy.errors import SudachiError
    from sudachipy.sudachipy import build_user_dic  # type: ignore[attr-defined]  # left out of its stubs

    system = files("sudachidict_core") / "resources" / "system.dic"
    try:
        build_user_dic(str(system), [vocabulary.source()], str(compiled))
    except SudachiError:
        wrong = ("辞書として組み立てられません", "cannot be compiled")
        mend = ("表記・正規形・読みの文字を確かめてください", "check spellings, norms and readings")
        raise UserMistake([fault(USER_DICTIONARY, "", wrong, mend)]) from None
