"""What the external adviser goes through: the worked cases and the rubrics."""

from __future__ import annotations

import typer

from flows.commands.options import Data, Lang, ProgrammeFolder, folders_of, language_of, say
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.definitions import UserMistake, fault

app = typer.Typer(help="外部評価のための文書: 事例と評価規準。", no_args_is_help=True)


@app.callback()
def group() -> None:
    """外部評価のための文書をつくります。"""


@app.command()
def cases(programme: ProgrammeFolder = DEFAULT_PROGRAMME, data: Data = None, lang: Lang = "ja") -> None:
    """tests/spec の事例を計算し、評価規準とともに1ページ(cases.html)にします。期待と相違があれば終了コード2です。"""
    from flows.case_pages import write_case_page
    from flows.cases import FOLDER, case_definitions, differing, read_spec
    from rubrics.case_outcomes import run_cases

    language = language_of(lang)
    found = read_programme(programme)
    spec = read_spec(found)
    if not spec.topics:
        wrong = ("事例のファイルがありません", "holds no case files")
        raise UserMistake([fault(FOLDER, "", wrong, ("*.yml に事例を書いてください", "cases in *.yml were expected"))])
    outcomes = run_cases(spec.topics, case_definitions(found))
    page = write_case_page(found, spec, outcomes, folders_of(programme, data), language)
    say(
        language,
        f"事例{len(outcomes)}件と評価規準{len(found.criteria)}件を書き出しました: {page}",
        f"Written, {len(outcomes)} cases and {len(found.criteria)} criteria: {page}",
    )
    if faults := differing(outcomes):
        raise UserMistake(faults)
