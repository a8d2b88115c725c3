"""The pinned pipeline whole, once with the fast components and once as its makers ship it."""

import csv
import io
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from nlp.fast.loading import load_fast
from nlp.pipeline import MODEL_NAME


@pytest.fixture(scope="session")
def fast() -> Language:
    """With the fast components."""
    return load_fast(MODEL_NAME)


@pytest.fixture(scope="session")
def stock() -> Language:
    """With spaCy's own components alone."""
    return spacy.load(MODEL_NAME)


@pytest.fixture(scope="session")
def real_texts(shared: Path) -> list[str]:
    """Every different answer with hiragana of a real survey, in a fixed order without any other meaning."""
    found: dict[str, None] = {}
    for path in sorted((shared / "data" / "fukui_kanko").glob("*.csv")):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
            found |= dict.fromkeys(cell for cell in row if any("ぁ" <= character <= "ん" for character in cell))
    return sorted(found, key=lambda text: text[::-1])
