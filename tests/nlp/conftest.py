"""What the tests of free text share."""

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
