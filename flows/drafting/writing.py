"""A draft as the YAML of an instrument, with notes in Japanese for the person who completes it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from expectations.questionnaire import Form, Question
from flows.drafting.crosswalk import Draft
from flows.drafting.fields import Field
from flows.drafting.matching import Fit
from flows.instruments import AnswerMapping, Candidate, FileLayout

_WIDTH = 118
_UNDECIDED = "?"
_IDENTITY_NOTES = {
    "record_id": "回答を特定する列(いくつかを合わせてもよい)。あとの回のファイルの番号とも重ならないこと。",
    "respondent": "回答した人の番号の列。なければ open の respondent だけを消す。",
    "answered_at": "回答した日時の列。",
}


def instrument_text(draft: Draft, form: Form, instrument_id: str, organisation: str, file_name: str) -> str:
    """The whole file: same draft, same text. What a person fills in is empty, what is open stands under `open`."""
    return "\n".join(
        [
            *_head(instrument_id, organisation, file_name),
            *_yaml({"id": instrument_id, "form": form.id}),
            "valid_from:   # この様式を使い始めた日(例: 2024-04-01)",
            "approved_by:  # 中身を確かめて承認した人",
            "approved_at:  # 承認した日",
            *_file(draft),
            *_identity(draft),
            "answers:",
            *(line for question in form.questions for line in _answer(draft, question)),
            *_open(draft),
            "",
        ]
    )


def _head(instrument_id: str, organisation: str, file_name: str) -> list[str]:
    return [
        f"# 下書き: {organisation} の {file_name} からつくった対応表。未決のものが残っている間は、点検を通らない。",
        "# 1. answers を上から見て、未決の設問(# の行)を決める。列が合っていれば # を外し、? を埋める。",
        "#    区分: B=意味を変えず一対一で読み替えられる、C=近いが同じではない、D=対応する列がない(C・Dは reason も)。",
        "#    職員が書いた記録は、文言が同じでも本人の回答ではない(C)。決めた設問は、いちばん下の open から消す。",
        "# 2. valid_from・approved_by・approved_at を、承認する人が書く。",
        f"# 3. flows/programme.yml の instruments に {instrument_id} を加え、sources から指す。",
        "# 4. monosashi check が、まだ足りないものをすべて示す。",
    ]


# --- file and identity --------------------------------------------------------------------------------------------


def _file(draft: Draft) -> Iterator[str]:
    material = draft.material
    found = material.layout.model_dump(exclude_defaults=True) | {"heading_rows": material.layout.heading_rows}
    layout = {name: _flow(found[name]) for name in FileLayout.model_fields if name in found}
    yield "file:"
    yield from _indented(_yaml(layout))
    for remark in material.remarks:
        yield f"  # {_one_line(remark)}"
    if draft.unused:
        yield f"  # どの設問にもまだ使っていない列: {_one_line('、'.join(draft.unused))}"
        yield "  # (使わないと決めた列は ignored_columns: [列名, …] に書く。書かない間は、実行のたびに注意が出る)"


def _identity(draft: Draft) -> Iterator[str]:
    identity = draft.identity
    written = {
        "record_id": _flow(identity.record_id),
        "respondent": identity.respondent,
        "answered_at": identity.answered_at,
    }
    for key, value in written.items():
        if value:
            yield from _yaml({key: value})
            continue
        candidates = draft.open.get(key, [])
        yield f"# --- 未決 --- {_IDENTITY_NOTES[key]}{_columns(candidates)}"
        if candidates:
            columns = candidates[0].columns
            yield from (f"# {line}" for line in _yaml({key: _flow(columns) if key == "record_id" else columns[0]}))
    if identity.routing:
        yield from _yaml({"routing": identity.routing})


# --- answers ------------------------------------------------------------------------------------------------------


def _answer(draft: Draft, question: Question) -> Iterator[str]:
    asked = _one_line(question.wording.ja)
    if question.id in draft.answers:
        yield f"  # {asked}"
        for note in _notes(draft.fits[question.id], draft.answers[question.id]):
            yield f"  # {note}"
        yield from _indented(_yaml({question.id: _written(draft.answers[question.id])}))
        return
    candidates = draft.open[question.id]
    yield f"  # --- 未決 --- {asked} {_columns(candidates)}"
    if question.choices:
        yield f"  # 選択肢: {_one_line('、'.join(f'{each.code}={each.label.ja}' for each in question.choices))}"
    for note in _open_notes(draft, candidates[0]) if candidates else []:
        yield f"  # {_one_line(note)}"
    template = _template(draft, question, candidates[0]) if candidates else {"class": "D", "reason": _UNDECIDED}
    yield from (f"  # {line}" for line in _yaml({question.id: template}))


def _notes(found: Fit, mapping: AnswerMapping) -> Iterator[str]:
    """What to look at before approving."""
    if mapping.crosswalk == "B":
        yield "選択肢の文言だけで一致した。本人の回答か、問いの意味が同じかを確かめる(違えば class: C と reason)。"
    unseen = [each.label.ja for each in found.question.choices if each.code not in found.map.values()]
    if mapping.map and unseen:
        yield f"まだ出てこない選択肢(この様式での書き方を確かめて map に加える): {_one_line('、'.join(unseen))}"
    if found.unmatched:
        yield f"選択肢にない書き方が {found.unmatched.total()}か所ある(そのままなら、その行は却下される)。"


def _open_notes(draft: Draft, candidate: Candidate) -> Iterator[str]:
    """What the template of an open question cannot say: a form's own labels, and labels that are not shown."""
    asked = _field_of(draft, candidate)
    if asked.is_form and asked.labels:
        yield "この様式の選択肢: " + "、".join(f"{code}={'/'.join(labels)}" for code, labels in asked.labels.items())
    elif candidate.unmatched or (candidate.labels_n and candidate.others_n):
        counted = [f"{label} {count}" for label, count in candidate.unmatched.items()]
        counted += [f"ほか{candidate.others_n}種(数が少ないか、文章なので示さない)"] if candidate.others_n else []
        yield f"調査票にない文言(とセルの数): {'、'.join(counted)}"
        if candidate.others_n:
            yield "(「その他」を選んだ人の記述なら、unmatched: にその選択肢のコードを書く)"


def _written(mapping: AnswerMapping) -> dict[str, Any]:
    """A mapping as one writes it: without what goes without saying, choices' numbers as numbers."""
    written = mapping.model_dump(by_alias=True, exclude_defaults=True)
    for name in ("ticked", "unticked", "separators"):
        if name in written:
            written[name] = _flow([_bare(each) for each in written[name]])
    if "map" in written:
        written["map"] = {_bare(label): _bare(code) for label, code in written["map"].items()}
    if "flags" in written:
        written["flags"] = {_bare(code): column for code, column in written["flags"].items()}
    return written


def _field_of(draft: Draft, candidate: Candidate) -> Field:
    return next(each for each in draft.material.fields if each.columns == tuple(candidate.columns))


def _template(draft: Draft, question: Question, candidate: Candidate) -> dict[str, Any]:
    """The answer as it would stand if the nearest candidate were it: `?` where a person decides."""
    template: dict[str, Any] = {"class": _UNDECIDED}
    asked = _field_of(draft, candidate)
    if asked.options:
        numbered = enumerate(asked.options.items(), start=1)
        flags = {_bare(candidate.map.get(option, f"{_UNDECIDED}{n}")): column for n, (option, column) in numbered}
        marks = {"ticked": _flow(list(asked.ticked)), "unticked": _flow(list(asked.unticked))}
        return template | {name: mark for name, mark in marks.items() if mark} | {"flags": flags}
    template["column"] = candidate.columns[0]
    if candidate.separators:
        template["separators"] = _flow(candidate.separators)
    labels = {_bare(label): _bare(code) for label, code in candidate.map.items()}
    labels |= {_bare(label): _UNDECIDED for label in candidate.unmatched}
    if question.choices and any(str(label) != str(code) for label, code in labels.items()):
        template["map"] = labels
    return template


def _columns(candidates: list[Candidate]) -> str:
    if not candidates:
        return "(候補の列なし)"
    return f"(候補: {_one_line('、'.join('+'.join(each.columns) for each in candidates))})"


# --- open ---------------------------------------------------------------------------------------------------------


def _open(draft: Draft) -> Iterator[str]:
    if not draft.open:
        return
    yield "# 未決のものと候補の列。filled_n=記入のあるセル、distinct_n=その種類、labels_n=出てくる選択肢。"
    yield "# map=調査票と同じ文言、unmatched=調査票にない文言とセルの数、others_n=ここに示さない文言の種類。"
    yield "# 決めたら、その項目をここから消す。すべて消えたら open ごと消す。"
    yield "open:"
    for key, candidates in draft.open.items():
        if not candidates:
            yield from _indented(_yaml({key: _flow([])}))
            continue
        yield f"  {key}:"
        for candidate in candidates:
            [line] = _yaml(_flow(candidate.model_dump(exclude_defaults=True)))
            yield f"    - {line}"


# --- YAML ---------------------------------------------------------------------------------------------------------


def _yaml(content: dict[str, Any] | CommentedMap | CommentedSeq) -> list[str]:
    writer = YAML()
    writer.width = 10_000
    writer.allow_unicode = True
    text = io.StringIO()
    writer.dump(content, text)
    return text.getvalue().rstrip("\n").split("\n")


def _flow(value: Any) -> Any:
    """Lists and mappings on one line; codes that are numbers as numbers."""
    flowing: CommentedSeq | CommentedMap
    if isinstance(value, list):
        flowing = CommentedSeq(map(_flow, value))
    elif isinstance(value, dict):
        flowing = CommentedMap((_bare(name), _flow(each)) for name, each in value.items())
    else:
        return _bare(value)
    flowing.fa.set_flow_style()
    return flowing


def _bare(code: object) -> object:
    """A code that reads the same as a number is written without quotes."""
    return int(code) if isinstance(code, str) and code.isdecimal() and str(int(code)) == code else code


def _indented(lines: list[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _one_line(text: str) -> str:
    """Text for a comment: no line breaks, however a heading was typed, and not without end."""
    line = " ".join(text.split())
    return line if len(line) <= 4 * _WIDTH else line[: 4 * _WIDTH] + "…"
