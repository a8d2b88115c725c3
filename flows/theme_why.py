"""Why an answer holds a theme, or why not: every rule and clause, with the words it found, in the masked text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text as Line
from rich.tree import Tree
from sqlalchemy.engine import Engine

from flows.coded_texts import coder_of
from flows.folders import Folders
from flows.programme import Programme
from flows.theme_texts import WaveTexts, no_such, theme_named
from nlp.clauses import Clause
from nlp.coding import CodedText, steps
from nlp.themes import Rule, Theme, ThemesFile
from warehouse.definitions import Language
from warehouse.read import read_table
from warehouse.text_tables import ANALYSED

_HOLDS = {True: ("○", "green"), False: ("×", "red")}
_NOT_READ = {
    "ja": "このテキストは規則にかけていません(状態: {state})",
    "en": "no rule was asked about this text (state: {state})",
}


def why(
    engine: Engine,
    found: WaveTexts,
    themes: ThemesFile,
    programme: Programme,
    folders: Folders,
    response_id: str,
    theme_id: str,
    language: Language,
) -> Iterator[RenderableType]:
    """A tree for each text of the response. Raises UserMistake for an unknown response or theme."""
    theme = theme_named(themes, theme_id)
    texts = found.texts[(found.texts["response_id"] == response_id) & found.texts["value_text"].notna()]
    if texts.empty:
        with_text = found.texts.loc[found.texts["value_text"].notna(), "response_id"]
        raise no_such("RESPONSE", response_id, list(with_text.drop_duplicates()), limit=5)
    stored = read_table(engine, "core_text", found.run_id)
    states = stored[stored["response_id"] == response_id].set_index("question_id")["state"]
    coder = coder_of(found, themes, programme, folders, texts)
    for row in texts.to_dict("records"):
        text, state = row["value_text"], str(states.get(row["question_id"], ""))
        tree = Tree(Line.assemble((f"{response_id}  {row['question_id']}  ", "bold"), text))
        if state not in ANALYSED:
            tree.add(_NOT_READ[language].format(state=state))
            yield tree
            continue
        _grow(tree, theme, coder(response_id, text), text)
        yield tree


def _grow(tree: Tree, theme: Theme, coded: CodedText, text: str) -> None:
    for rule in theme.rules:
        hits = coded.found[rule.id]
        mark, colour = _HOLDS[bool(hits)]
        branch = tree.add(Line(f"{mark} {theme.id} / {rule.id} (version {rule.version}, {rule.scope})", style=colour))
        branch.add(Line(rule.reason, style="dim"))
        _grow_rule(branch, rule, coded, text)


def _grow_rule(branch: Tree, rule: Rule, coded: CodedText, text: str) -> None:
    """A twig for each sentence, a leaf for each of its clauses, deeper ones below those they belong to."""
    twigs: dict[tuple[int, int], Tree] = {}
    leaves: dict[tuple[tuple[int, int], str], Tree] = {}
    for step in steps(rule, coded):
        if step.unit not in twigs:
            start, end = step.unit
            twigs[step.unit] = branch.add(Line(f"[{start}:{end}] {text[start:end].strip()}"))
        quotes = "、".join(f"「{text[hit.start : hit.end]}」[{hit.start}:{hit.end}]" for hit in step.outcome.hits)
        mark, colour = _HOLDS[step.outcome.holds]
        leaf = Line.assemble((f"{mark} {step.path} {described(step.clause)}", colour), f"  {quotes}" if quotes else "")
        parent = next((leaves[step.unit, path] for path in _prefixes(step.path) if (step.unit, path) in leaves), None)
        leaves[step.unit, step.path] = (parent or twigs[step.unit]).add(leaf)


def _prefixes(path: str) -> Iterator[str]:
    """Shorter and shorter paths: those of the clauses around it."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def described(clause: Clause, words_n: int = 6) -> str:
    """A clause in a few words: its kind and what it looks for."""
    given = getattr(clause, clause.kind)
    if isinstance(given, list) and given and isinstance(given[0], str):
        more = " …" if len(given) > words_n else ""
        return f"{clause.kind}: {' / '.join(given[:words_n])}{more}"
    if isinstance(given, str):
        return f"{clause.kind}: {given}"
    if clause.near or clause.seq:
        return f"{clause.kind} (within {given.within})"
    if clause.predicate or clause.variable or clause.length:
        return f"{clause.kind}: {given.model_dump(exclude_defaults=True, by_alias=True)}"
    return clause.kind
