from pathlib import Path

from nlp.text_rules import OWN_FOLDER, TextRules, read_text_rules
from warehouse.definitions import DefinitionReader


def test_the_tools_own_programme_reads_each_file_once(rules: TextRules) -> None:
    reader = DefinitionReader(OWN_FOLDER)
    assert read_text_rules(reader) == rules
    assert [file.name for file in reader.files] == [
        "nlp/masking.yml",
        "nlp/lexicon/nothing.txt",
        "nlp/lexicon/not_names.txt",
        "nlp/lexicon/stop_words.txt",
    ]
    assert "特になし" in rules.nothing
    assert "vietnam" in rules.not_names


def test_a_programme_adds_words_to_the_tools(rules: TextRules, tmp_path: Path) -> None:
    lexicon = tmp_path / "nlp" / "lexicon"
    lexicon.mkdir(parents=True)
    (lexicon / "not_names.txt").write_text("# places\n永平寺\n\n", encoding="utf-8")
    reader = DefinitionReader(tmp_path)
    found = read_text_rules(reader)
    assert found is not None
    assert found.not_names == rules.not_names | {"永平寺"}
    assert found.masking == rules.masking
    names = [file.name for file in reader.files]
    assert sorted(names) == [
        "monosashi/nlp/lexicon/not_names.txt",
        "monosashi/nlp/lexicon/nothing.txt",
        "monosashi/nlp/lexicon/stop_words.txt",
        "monosashi/nlp/masking.yml",
        "nlp/lexicon/not_names.txt",
    ]


def test_a_fault_of_a_programmes_masking_is_reported(tmp_path: Path) -> None:
    (tmp_path / "nlp").mkdir()
    (tmp_path / "nlp" / "masking.yml").write_text("placeholders: {}\nsurprise: 1\n", encoding="utf-8")
    reader = DefinitionReader(tmp_path)
    assert read_text_rules(reader) is None
    assert "nlp/masking.yml: surprise: is an unknown key; check its spelling or remove it" in [
        fault.say("en") for fault in reader.faults
    ]
