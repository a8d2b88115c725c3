"""The command `monosashi`: results on standard output, in Japanese or English; progress and problems on standard error.

Exit status: 0 done, 2 something the user can mend (said in so many words), 1 a failure of ours.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

import typer
from rich.console import Console

from flows.commands import (
    audit,
    coding,
    instruments,
    languages,
    linting,
    masking,
    questionnaires,
    quotations,
    rating,
    results,
    sources,
    texts,
    themes,
    waves,
)
from warehouse.definitions import Language, UserMistake

app = typer.Typer(
    help="ものさし: 助成事業の調査票から、第三者が検算できる指標表をつくります。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

COMMANDS: list[Callable[..., None]] = [
    waves.check,
    waves.sample,
    linting.lint,
    waves.run,
    waves.serve,
    sources.pull,
    sources.secret,
    results.indicators,
    results.rejected,
    results.trace,
    results.changes,
    texts.kwic,
    languages.languages,
]
for command in COMMANDS:
    app.command()(command)
app.add_typer(instruments.app, name="instrument")
app.add_typer(questionnaires.app, name="questionnaire")
app.add_typer(rating.app, name="rate")
app.add_typer(coding.app, name="coding")
app.add_typer(themes.app, name="theme")
app.add_typer(quotations.app, name="quotes")
app.add_typer(masking.app, name="mask")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command; a user's mistake is said without a stack trace, a failure of ours without any data in it."""
    language: Language = "en" if _asked_for_english(sys.argv) else "ja"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what we started ends with us
    try:
        app()
    except Exception as error:
        from flows.failures import said

        problems = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        for line in said(error, language):
            problems.print(line)
        sys.exit(2 if isinstance(error, UserMistake) else 1)


def _asked_for_english(arguments: list[str]) -> bool:
    joined = " ".join(arguments)
    return "--lang en" in joined or "--lang=en" in joined
