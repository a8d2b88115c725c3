"""Definitions are YAML or CSV files validated by typed models; every fault of every file is reported at once."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Language = Literal["ja", "en"]


def _as_code(value: object) -> object:
    """YAML reads a bare 1 as a number; in a definition it is the code "1"."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Code = Annotated[str, BeforeValidator(_as_code)]


class Definition(BaseModel):
    """Base of every definition model: immutable, and a misspelt key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Definition):
    """A wording in both languages; neither may be missing."""

    ja: Annotated[str, BeforeValidator(lambda v: v or None)]
    en: Annotated[str, BeforeValidator(lambda v: v or None)]

    def in_(self, language: Language) -> str:
        """Return the wording in one language."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True)
class Fault:
    """One fault of a definition or an input: where it is, what is wrong, what was expected."""

    file: str
    path: str
    wrong: Text
    expected: Text

    def __lt__(self, other: Fault) -> bool:
        return (self.file, self.path, self.wrong.en) < (other.file, other.path, other.wrong.en)

    def say(self, language: Language) -> str:
        """Render as `file: path: what is wrong, what was expected`."""
        where = f"{self.file}: {self.path}" if self.path else self.file
        if language == "ja":
            return f"{where}: {self.wrong.ja}。{self.expected.ja}"
        return f"{where}: {self.wrong.en}; {self.expected.en}"


class UserMistake(Exception):
    """Something a user can mend. Carries every fault found; the command ends with status 2."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(fault.say("en") for fault in self.faults))


def fault(file: str | Path, path: str, wrong: tuple[str, str], expected: tuple[str, str]) -> Fault:
    """Make a Fault from (ja, en) pairs."""
    return Fault(str(file), path, Text(ja=wrong[0], en=wrong[1]), Text(ja=expected[0], en=expected[1]))


@dataclass(frozen=True)
class DefinitionFile:
    """A definition as read: its name inside the programme, its exact text and the text's sha256."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Hash of the exact text, in lower-case hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


ModelT = TypeVar("ModelT", bound=BaseModel)


class DefinitionReader:
    """Reads the definitions of one programme folder, collecting files (for provenance) and faults (for `check`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[DefinitionFile] = []
        self.faults: list[Fault] = []

    def read_text(self, name: str) -> str | None:
        """Read one file as UTF-8; a missing or unreadable one is a fault and gives None."""
        try:
            text = (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.faults.append(
                fault(name, "", ("ファイルがありません", "the file is missing"), ("作成してください", "create it"))
            )
            return None
        except UnicodeDecodeError:
            self.faults.append(
                fault(
                    name, "", ("UTF-8として読めません", "is not UTF-8"), ("UTF-8で保存してください", "save it as UTF-8")
                )
            )
            return None
        self.files.append(DefinitionFile(name, text))
        return text

    def yaml(self, name: str, model: type[ModelT]) -> ModelT | None:
        """Read `name` as YAML into `model`; faults are collected and None is returned."""
        text = self.read_text(name)
        if text is None:
            return None
        try:
            data = YAML(typ="safe").load(text)
        except MarkedYAMLError as error:
            line = (error.problem_mark.line + 1) if error.problem_mark else 0
            self.faults.append(
                fault(
                    name,
                    f"{line}",
                    (f"YAMLとして読めません({line}行目)", f"is not valid YAML (line {line}: {error.problem})"),
                    ("字下げ・記号・重複したキーを確かめてください", "check indentation, quotes and repeated keys"),
                )
            )
            return None
        except YAMLError:
            self.faults.append(
                fault(
                    name,
                    "",
                    ("YAMLとして読めません", "is not valid YAML"),
                    ("制御文字を除いてください", "remove control characters"),
                )
            )
            return None
        return self._validate(name, data, model)

    def csv(self, name: str, model: type[ModelT]) -> list[ModelT]:
        """Read `name` as CSV, one model a row; the path of a fault is `row N.column`."""
        text = self.read_text(name)
        if text is None:
            return []
        rows: list[ModelT] = []
        for number, row in enumerate(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))), start=2):
            blank_is_absent = {key: value for key, value in row.items() if key is not None and value not in ("", None)}
            if (parsed := self._validate(name, blank_is_absent, model, f"row {number}")) is not None:
                rows.append(parsed)
        return rows

    def _validate(self, name: str, data: Any, model: type[ModelT], prefix: str = "") -> ModelT | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = ".".join([prefix, *map(str, detail["loc"])]).strip(".")
                self.faults.append(Fault(name, path, *_explain(detail["type"], detail["msg"], detail.get("ctx", {}))))
            return None


def _explain(kind: str, message: str, context: dict[str, Any]) -> tuple[Text, Text]:
    """Translate a pydantic error into (what is wrong, what was expected), without the value."""
    known = {
        "missing": (("項目がありません", "is missing"), ("必須の項目です", "this key is required")),
        "extra_forbidden": (
            ("知らないキーです", "is an unknown key"),
            ("綴りを確かめるか、削除してください", "check its spelling or remove it"),
        ),
        "string_type": (("文字列ではありません", "is not text"), ("文字列が必要です", "text was expected")),
        "bool_type": (
            ("真偽値ではありません", "is not true/false"),
            ("true か false です", "true or false was expected"),
        ),
        "int_parsing": (
            ("整数ではありません", "is not a whole number"),
            ("整数が必要です", "a whole number was expected"),
        ),
        "int_type": (
            ("整数ではありません", "is not a whole number"),
            ("整数が必要です", "a whole number was expected"),
        ),
        "list_type": (("並びではありません", "is not a list"), ("リストが必要です", "a list was expected")),
        "dict_type": (
            ("対応表ではありません", "is not a mapping"),
            ("キーと値が必要です", "keys and values were expected"),
        ),
        "model_type": (
            ("対応表ではありません", "is not a mapping"),
            ("キーと値が必要です", "keys and values were expected"),
        ),
    }
    if kind in known:
        wrong, expected = known[kind]
        return Text(ja=wrong[0], en=wrong[1]), Text(ja=expected[0], en=expected[1])
    allowed = context.get("expected")
    if allowed is not None:
        return (
            Text(ja="使えない値です", en="is not an allowed value"),
            Text(ja=f"使える値: {allowed}", en=f"expected {allowed}"),
        )
    if kind.startswith("date"):
        return (
            Text(ja="日付・日時として読めません", en="is not a date or time"),
            Text(
                ja="例: 2024-03-31 または 2024-03-31T23:59:59+09:00",
                en="expected for example 2024-03-31 or 2024-03-31T23:59:59+09:00",
            ),
        )
    message = message.removeprefix("Value error, ")
    ja, separator, en = message.partition(" | ")
    return (
        Text(ja="値が正しくありません", en="is not valid"),
        Text(ja=ja, en=en if separator else message),
    )
