"""What two runs were made from, compared: their input files, and the rules (definitions, code, libraries, model)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from warehouse.differences import differing

_RULES_OF_RUN = ("code_sha256", "lock_sha256", "model_name", "model_version", "dictionary_version")


def input_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Files of `meta_input` that came, went, or hold other bytes.

    Columns: wave, file_name, form_id, instrument_id, change (added, removed, changed), and organisation, sha256 and
    rows_n (rows accepted) before and after.
    """
    key = ["wave", "file_name", "form_id", "instrument_id"]
    return differing(before, after, key, ["sha256"], also=["organisation", "rows_n"])


def definition_changes(
    run_before: Mapping[str, Any], before: pd.DataFrame, run_after: Mapping[str, Any], after: pd.DataFrame
) -> pd.DataFrame:
    """Definitions (`meta_definition`), code, libraries and model that differ.

    Columns: name (a file, or a column of `meta_run`), change, before and after (SHA-256 or version), parts (see
    `changed_parts`).
    """
    found = differing(_rules(run_before, before), _rules(run_after, after), ["name"], ["content"], also=["text"])
    parts = [
        changed_parts(str(row["name"]), row["text_before"], row["text_after"]) if row["change"] == "changed" else ""
        for row in found.to_dict("records")
    ]
    found = found.rename(columns={"content_before": "before", "content_after": "after"})
    return found.assign(parts=pd.Series(parts, dtype="str"))[["name", "change", "before", "after", "parts"]]


def _rules(run: Mapping[str, Any], definitions: pd.DataFrame) -> pd.DataFrame:
    files = definitions.rename(columns={"file_name": "name", "sha256": "content"})[["name", "content", "text"]]
    of_run = [(name, run[name], "") for name in _RULES_OF_RUN if not pd.isna(run[name])]
    return pd.concat([files, pd.DataFrame(of_run, columns=["name", "content", "text"], dtype="str")])


def changed_parts(name: str, before: str, after: str) -> str:
    """What was added to (`+ id`), removed from (`- id`) and changed in (`~ id`) a definition, one a line.

    YAML: `key.id` for what is listed or mapped under a key of the file, otherwise the key. Other files: their lines.
    """
    old, new = _parts(name, before), _parts(name, after)
    signs = {part: "+" if part not in old else "-" if part not in new else "~" for part in {**old, **new}}
    return "\n".join(f"{sign} {part}" for part, sign in signs.items() if old.get(part) != new.get(part))


def _parts(name: str, text: str) -> dict[str, list[Any]]:
    """A definition's parts by name; what has the same name is one part."""
    content = YAML(typ="safe").load(text) if name.endswith((".yml", ".yaml")) else None
    if not isinstance(content, dict):
        return {line: [line] for line in text.splitlines() if line.strip()}
    parts: dict[str, list[Any]] = {}
    for key, value in content.items():
        entries = list(value.items()) if isinstance(value, dict) else _listed(value)
        for part, entry in entries or [("", value)]:
            parts.setdefault(f"{key}.{part}".rstrip("."), []).append(entry)
    return parts


def _listed(value: object) -> list[tuple[Any, Any]]:
    """(id, entry) of a list whose entries all have one; nothing for anything else."""
    entries = value if isinstance(value, list) and all(isinstance(entry, dict) for entry in value) else []
    by = next((key for key in ("id", "code") if all(key in entry for entry in entries)), "")
    return [(entry[by], entry) for entry in entries] if by else []
