"""What the commands about rounds share, be they of ratings or of codes: names, progress, what came of files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from flows.commands.options import say
from flows.progress import StageProgress
from warehouse.definitions import Language, Text, UserMistake, fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.intake import TakenIn


def progress_in(language: Language) -> StageProgress:
    """Progress on standard error."""
    return StageProgress(Console(stderr=True), language)


def listed(names: str) -> list[str]:
    """Names that commas part, each once."""
    return list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))


def pseudonyms(given: str, option: str, what: Text, *, at_least: int = 1, at_most: int | None = None) -> list[str]:
    """The names of people who judge. `what`: what they are called.

    Raises UserMistake where one is no pseudonym, or where there are too few or too many.
    """
    from flows.round_folders import PSEUDONYM

    names = listed(given)
    if len(names) < at_least or len(names) > (at_most or len(names)) or any(not PSEUDONYM.fullmatch(n) for n in names):
        several = (f"{at_least}人以上、", f"{at_least} or more of ") if at_least > 1 else ("", "")
        wrong = (f"{what.ja}の仮名ではありません", f"is no pseudonym of {what.en}")
        expected = (
            f"{several[0]}英小文字・数字・- で20字まで(本名は使わない)",
            f"{several[1]}lower-case letters, digits and -, up to 20, were expected; no real name",
        )
        raise UserMistake([fault(option, "", wrong, expected)])
    return names


def round_name(given: str) -> str:
    """The id of a round to be drawn. Raises UserMistake where it cannot be one."""
    from flows.round_folders import ROUND_ID

    if not ROUND_ID.fullmatch(given):
        wrong = ("回のidとして使えません", "cannot be the id of a round")
        expected = ("英数字・-・_ で40字まで", "letters, digits, - and _, up to 40, were expected")
        raise UserMistake([fault("--round", given, wrong, expected)])
    return given


def say_taken(came: TakenIn, language: Language) -> None:
    """What a file came to, line by line."""
    for line in came.lines(language):
        say(language, line, line)


def say_changed(changed: Sequence[str], language: Language, *, ends: bool = True) -> None:
    """What is left out because its text is not what was drawn any more; ends with status 2 (`ends`) if there is any."""
    if not changed:
        return
    names = ", ".join(changed)
    say(
        language,
        f"引いたあとで公開中の文章が変わったか、なくなったため除いた回答 {len(changed)}: {names}"
        "(判断するには新しい回をつくってください)",
        f"Left out, as their published texts have changed or gone since they were drawn: {len(changed)}: {names} "
        "(draw a new round to judge them)",
    )
    if ends:
        sys.exit(2)


def write_new(to: Path, content: bytes, ending: str = ".xlsx") -> Path:
    """Write a file that is not there yet, for its owner's eyes alone. Raises UserMistake where that cannot be."""
    try:
        if to.suffix.lower() != ending:
            raise OSError
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError:
        wrong = (
            f"書き込めないか、すでにあるか、{ending} ではありません",
            f"cannot be written, is there already, or is no {ending}",
        )
        expected = ("ほかの名前か場所にしてください", "choose another name or place")
        raise UserMistake([fault("--to", str(to), wrong, expected)]) from None
    return to
