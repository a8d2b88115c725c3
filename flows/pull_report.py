"""What a pull came to, as a table: files and forms, how many records, and what changed since the pull before."""

from __future__ import annotations

from rich.table import Table

from flows.landing import Landed, LandingStore
from warehouse.definitions import Language, Text

_HEADINGS = [
    Text(ja="送り元", en="source"),
    Text(ja="時点", en="wave"),
    Text(ja="ファイル・フォーム", en="file or form"),
    Text(ja="件数", en="records"),
    Text(ja="前回からの変化", en="changes since the pull before"),
]
_KINDS = {
    "new": Text(ja="新規", en="new"),
    "edited": Text(ja="修正", en="edited"),
    "rejected": Text(ja="差し戻し", en="rejected"),
    "incomplete": Text(ja="未送信", en="incomplete"),
    "deleted": Text(ja="削除", en="deleted"),
    "restored": Text(ja="復活", en="restored"),
}
_NONE = Text(ja="なし", en="none")
_AND = Text(ja="、", en=", ")


def pull_table(landed: list[Landed], store: LandingStore, language: Language) -> Table:
    """A row a landed file or form. What changed is told of forms on servers, whose pulls the store remembers."""
    table = Table(box=None, pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading.in_(language), overflow="fold", justify="right" if heading == _HEADINGS[3] else "left")
    for each in landed:
        last = store.last_pull(each.source) if each.received_n is not None else None
        said = [f"{_KINDS[kind].in_(language)} {n}" for kind, n in (last.changed if last else {}).items() if n]
        table.add_row(
            each.source,
            each.wave,
            each.file_name,
            "" if each.received_n is None else str(each.received_n),
            (_AND.in_(language).join(said) or _NONE.in_(language)) if last else "",
        )
    return table
