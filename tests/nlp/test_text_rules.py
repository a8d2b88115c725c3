from pathlib import Path

from nlp.text_rules import OWN_FOLDER, TextRules, read_text_rules
from warehouse.definitions import DefinitionReader


def test_the_tools_own_programme_reads_each_file_once(rules: TextRules) -> None:
    reader = DefinitionReader(OWN_FOLDER)
    assert read_text_rules(reader) == rules
    names = [file.name for file in reader.files]
    assert len(names) == len(set(names))
    assert set(names) >= {
        "nlp/masking.yml",
        "nlp/languages.yml",
        "nlp/homophones.yml",
        "nlp/lexicon/nothing.txt",
        "nlp/lexicon/not_names.txt",
        "nlp/lexicon/stop_words.txt",
        "nlp/lexicon/user_dictionary.csv",
    }
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
    assert [name for name in names if not name.startswith("monosashi/")] == ["nlp/lexicon/not_names.txt"]
    assert {"monosashi/nlp/masking.yml", "monosashi/nlp/lexicon/not_names.txt"} <= set(names)


def test_a_programme_has_its_own_dictionary_instead_of_the_tools(rules: TextRules, tmp_path: Path) -> None:
    lexicon = tmp_path / "nlp" / "lexicon"
    lexicon.mkdir(parents=True)
    rows = "surface,norm,reading,kind,cost\nえいへいじ,永平寺,エイヘイジ,,\nおそば,蕎麦,オソバ,noun,7000\n"
    (lexicon / "user_dictionary.csv").write_text(rows, encoding="utf-8")
    found = read_text_rules(DefinitionReader(tmp_path))
    assert found is not None
    assert [(word.surface, word.norm, word.cost) for word in found.vocabulary.words] == [
        ("えいへいじ", "永平寺", 9_000),
        ("おそば", "蕎麦", 7_000),
    ]
    assert found.vocabulary.homophones == rules.vocabulary.homophones
    assert found.vocabulary.sha256 != rules.vocabulary.sha256


def test_faults_of_a_programmes_dictionary_are_said_with_their_rows(tmp_path: Path) -> None:
    lexicon = tmp_path / "nlp" / "lexicon"
    lexicon.mkdir(parents=True)
    entries = ["おそば,蕎麦,そば,,", "お そば,蕎麦,ソバ,,", "おかし,菓子,オカシ,dish,", "おかし,菓子,オカシ,,x"]
    rows = "".join(f"{row}\n" for row in ["surface,norm,reading,kind,cost", *entries])
    (lexicon / "user_dictionary.csv").write_text(rows, encoding="utf-8")
    reader = DefinitionReader(tmp_path)
    assert read_text_rules(reader) is None
    assert [(fault.file, fault.path) for fault in reader.faults] == [
        ("nlp/lexicon/user_dictionary.csv", "row 2.reading"),
        ("nlp/lexicon/user_dictionary.csv", "row 3.surface"),
        ("nlp/lexicon/user_dictionary.csv", "row 4.kind"),
        ("nlp/lexicon/user_dictionary.csv", "row 5.cost"),
    ]


def test_a_fault_of_a_programmes_masking_is_reported(tmp_path: Path) -> None:
    (tmp_path / "nlp").mkdir()
    (tmp_path / "nlp" / "masking.yml").write_text("placeholders: {}\nsurprise: 1\n", encoding="utf-8")
    reader = DefinitionReader(tmp_path)
    assert read_text_rules(reader) is None
    assert "nlp/masking.yml: surprise: is an unknown key; check its spelling or remove it" in [
        fault.say("en") for fault in reader.faults
    ]
