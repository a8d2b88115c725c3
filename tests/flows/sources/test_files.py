"""Which files of an inbox a source means."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from flows.sources.declared import Source
from flows.sources.files import pull_files


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("declared", ["NFC", "NFD"])
def test_a_name_from_a_mac_is_the_name_it_looks_like(tmp_path: Path, on_disk: str, declared: str) -> None:
    """A Mac writes が as か and a mark of its own: to the eye the missing file would be there."""
    name = "団体が送るデータ.csv"
    tmp_path.joinpath("w1").mkdir()
    tmp_path.joinpath("w1", unicodedata.normalize(on_disk, name)).write_bytes(b"a\n1\n")
    pattern = unicodedata.normalize(declared, "{wave}/団体が送る*.csv")
    source = Source(id="s", organisation="org-a", form="survey", instrument="common", waves=["w1"], files=pattern)
    received, findings = pull_files(source, "w1", tmp_path)
    assert [unicodedata.normalize("NFC", each.file_name) for each in received] == [f"w1/{name}"]
    assert findings == []
