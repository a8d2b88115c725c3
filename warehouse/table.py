"""What a table of the warehouse is: columns of the column dictionary, a key, and what to beware of when using it."""

from __future__ import annotations

from dataclasses import dataclass, field

from warehouse.definitions import Text
from warehouse.fields import FIELDS, Field

INTERNAL = (
    "個人の記録です。事業の外に出さないこと",
    "records of persons: not to leave the programme",
)
SMALL_COUNTS = (
    "小さい数がそのまま入っています。秘匿処理をせずに公表しないこと",
    "holds small counts as they are: not to be published without disclosure control",
)


@dataclass(frozen=True)
class Table:
    """One table. `nullable` names columns that may be null here though the dictionary's default says not.

    `references`: column -> the table whose key it names. Only small tables have them: a reference costs a look-up a
    row, so that loading checks the response ids of the large ones once, in memory.
    """

    name: str
    description: Text
    columns: tuple[str, ...]
    key: tuple[str, ...]
    nullable: tuple[str, ...] = ()
    references: dict[str, str] = field(default_factory=dict)
    usage_warnings: tuple[Text, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns as the dictionary describes them, in the table's order."""
        return tuple(FIELDS[name] for name in self.columns)

    def is_nullable(self, column: Field) -> bool:
        """Whether the column may be null in this table."""
        return column.is_nullable or column.name in self.nullable


def declared(
    name: str,
    ja: str,
    en: str,
    columns: str,
    key: str,
    nullable: str = "",
    references: dict[str, str] | None = None,
    warnings: tuple[tuple[str, str], ...] = (),
) -> Table:
    """A table from plain words: names separated by white space, wordings as (ja, en)."""
    return Table(
        name,
        Text(ja=ja, en=en),
        tuple(columns.split()),
        tuple(key.split()),
        tuple(nullable.split()),
        references or {},
        tuple(Text(ja=in_ja, en=in_en) for in_ja, in_en in warnings),
    )
