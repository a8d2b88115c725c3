"""What the tests of free text share."""

from pathlib import Path

import pytest

from nlp.text_rules import OWN_FOLDER, TextRules, read_text_rules
from warehouse.definitions import DefinitionReader


@pytest.fixture(scope="session")
def rules() -> TextRules:
    """The tool's own rules for free text."""
    reader = DefinitionReader(OWN_FOLDER)
    found = read_text_rules(reader)
    assert found is not None, reader.faults
    return found


@pytest.fixture(scope="session")
def sentences() -> dict[str, list[str]]:
    """Sentences of tests/nlp/masking_*.txt by the second half of the file's name."""
    return {
        path.stem.removeprefix("masking_"): [
            line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
        ]
        for path in sorted(Path(__file__).parent.glob("masking_*.txt"))
    }
