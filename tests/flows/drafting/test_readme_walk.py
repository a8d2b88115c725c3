"""The README's way from an organisation's Excel list to an instrument, followed command by command."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[3]
SECTIONS = {
    "README.md": "## From an organisation's own Excel list to an instrument\n",
    "README.ja.md": "## 団体独自のExcel一覧から対応表をつくる\n",
}
NAME = "org-e-questionnaire"


class Walk:
    """The section's blocks, and a folder that looks like a checkout, in which its commands run."""

    def __init__(self, readme: str, folder: Path, environment: dict[str, str]) -> None:
        text = (ROOT / readme).read_text(encoding="utf-8").partition(SECTIONS[readme])[2]
        text = re.split(r"^## ", text, flags=re.MULTILINE)[0]
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        self.commands = [content.splitlines() for kind, content in blocks if kind == "sh"]
        self.examples = [content for kind, content in blocks if kind == "yaml"]
        self.folder, self._environment = folder, environment
        for room in ("expectations", "flows", "nlp", "rubrics", "warehouse"):
            for path in (ROOT / room).rglob("*"):
                if path.suffix in (".yml", ".csv", ".txt"):
                    copy = folder / path.relative_to(ROOT)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, copy)
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "monosashi").symlink_to(Path(sys.executable).parent / "monosashi")

    def run(self, block: int) -> subprocess.CompletedProcess[str]:
        """Run the commands of a block; the last one's result."""
        for line in self.commands[block]:
            done = subprocess.run(
                shlex.split(line), cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
            )
            if line != self.commands[block][-1]:
                assert done.returncode == 0, (line, done.stderr)
        return done

    def edit(self, path: Path, change: Any) -> None:
        yaml = YAML()
        yaml.width, yaml.preserve_quotes = 10_000, True
        content = yaml.load(path.read_text(encoding="utf-8"))
        change(content)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(content, file)


@pytest.mark.parametrize("readme", SECTIONS)
def test_a_newcomer_comes_from_the_list_to_the_instrument(
    readme: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    walk = Walk(readme, tmp_path, environment)
    assert (len(walk.commands), len(walk.examples)) == (3, 2)
    practice = tmp_path / "data" / "practice"
    path = practice / "flows" / "instruments" / f"{NAME}.yml"

    assert walk.run(0).returncode == 0
    drafted, decided = walk.examples
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in drafted.splitlines()[1:] if line not in lines] == []

    def in_use(settings: Any) -> None:
        settings["instruments"].append(NAME)
        [source] = [each for each in settings["sources"] if each["id"] == NAME]
        source["instrument"] = NAME

    walk.edit(practice / "flows" / "programme.yml", in_use)
    refused = walk.run(1)
    assert (refused.returncode, refused.stdout) == (2, "")
    draft = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    assert draft["open"]
    assert all(f"open.{name}:" in refused.stderr for name in draft["open"])
    assert "approved_by" in refused.stderr

    by_hand = YAML(typ="safe").load((ROOT / "flows" / "instruments" / "case_list.yml").read_text(encoding="utf-8"))
    decisions = YAML(typ="safe").load(decided)
    assert decisions["answers"].items() <= by_hand["answers"].items(), "what the README decides is what was decided"
    assert {name: decisions[name] for name in ("valid_from", "record_id")} == {
        name: by_hand[name] for name in ("valid_from", "record_id")
    }

    def decide(instrument: Any) -> None:
        opened = instrument.pop("open")
        answers = decisions.pop("answers")
        instrument.update(decisions)
        for name in opened:
            if name in by_hand["answers"]:
                instrument["answers"][name] = answers.get(name, by_hand["answers"][name])

    walk.edit(path, decide)
    checked = walk.run(1)
    assert (checked.returncode, checked.stderr) == (0, "")
    covered = walk.run(2)
    assert (covered.returncode, covered.stderr) == (0, "")
    assert "相談員が3段階で聞き取っている" in covered.stdout
