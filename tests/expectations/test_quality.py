"""What Great Expectations leaves behind: no value, no id, no call outside, no noise."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pandas as pd
import pytest

from expectations.data_docs import offline
from expectations.quality import quiet
from expectations.validate import validate

ROOT = Path(__file__).parents[2]
MARKER = "PLANTED"

MARKED = {
    "response_id": f"{MARKER}-1",
    "respondent_id": f"{MARKER}-2",
    "organisation": f"{MARKER}-3",
    "file_name": f"{MARKER}-4.csv",
    "gender": f"{MARKER}-5",
    "area": ["work", f"{MARKER}-6"],
    "level": f"{MARKER}-7",
    "cases": 7654321.0,
    "comment": f"{MARKER}-8",
    "case": f"{MARKER}-9",
    "parties": [f"{MARKER}-10", "x"],
}


@pytest.fixture
def keep(form, make_frames, no_findings, make_check, tmp_path):
    """Validate marked rows, failing in every way, into a quality folder."""
    known = {"column": "case", "value_set": ["a"]}
    pair = {"column_A": "case", "column_B": "parties"}
    checks = [
        make_check("largest", "expect_column_max_to_be_between", arguments={"column": "cases", "max_value": 10}),
        make_check("known", "expect_column_distinct_values_to_be_in_set", arguments=known),
        make_check("commonest", "expect_column_most_common_value_to_be_in_set", arguments=known),
        make_check("same", "expect_column_pair_values_to_be_equal", arguments=pair),
        make_check(
            "size",
            "expect_table_row_count_to_be_between",
            "stop_wave",
            arguments={"min_value": 100},
            reason={"ja": "理由 $5", "en": "why"},
        ),
    ]

    def keep(*rows):
        responses, answers = make_frames(*(rows or (MARKED, MARKED, {})))
        return validate([form], checks, responses, answers, no_findings, ["org_a"], tmp_path)

    return keep


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_kept_holds_a_value_or_an_id(keep, tmp_path):
    found = keep()
    assert found.responses["row_n"].tolist() == [3]
    files = _files(tmp_path)
    assert any(name.startswith("data_docs/validations/survey/") for name in files)
    assert "data_docs/expectations/survey.html" in files
    for name, content in files.items():
        assert MARKER.encode() not in content, name
        assert b"7654321" not in content, name
        assert b"_index_list" not in content, name
        assert b"fingerprint" not in content, name


def test_counts_are_kept_and_failures_shown(keep, tmp_path):
    keep()
    [stored] = (tmp_path / "gx").rglob("validations/survey/**/*.json")
    results = json.loads(stored.read_text())["results"]
    by_rule = {each["expectation_config"]["meta"]["rule_id"]: each for each in results}
    assert by_rule["gender.codes"]["result"]["unexpected_count"] == 2
    assert by_rule["gender.codes"]["expectation_config"]["severity"] == "critical"
    assert by_rule["largest"]["result"] == {}
    assert by_rule["size"]["result"] == {"observed_value": 3}
    [page] = (tmp_path / "data_docs").rglob("validations/survey/**/*.html")
    assert "size: 理由 $5 / why" in page.read_text()
    index = (tmp_path / "data_docs" / "index.html").read_text()
    failed_n = sum(not each["success"] for each in results)
    assert f"<td>{len(results)}</td><td>{failed_n}</td>" in index


def test_every_link_of_the_data_docs_leads_to_a_page_beside_it(keep, tmp_path):
    keep()
    pages = sorted((tmp_path / "data_docs").rglob("*.html"))
    assert len(pages) == 3
    assert pages == sorted(path for path in (tmp_path / "data_docs").rglob("*") if path.is_file())
    for page in pages:
        html = page.read_text()
        assert re.findall(r"https?:|<script|<img|<link", html) == []
        for link in re.findall(r'href="?([^">\s]+)', html):
            assert link.startswith("#") or (page.parent / link).resolve() in pages, link


def test_a_later_run_replaces_the_earlier_one(keep, tmp_path):
    keep()
    keep({"gender": "?"}, {})
    assert len(list((tmp_path / "data_docs").rglob("validations/**/*.html"))) == 1
    assert len(list((tmp_path / "gx").rglob("validations/**/*.json"))) == 1


def test_other_files_of_the_folder_are_left_alone(keep, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    keep()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_nothing_is_called(keep, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    keep()


def test_a_run_is_silent_and_puts_the_log_level_back(keep, capfd, caplog):
    logger = logging.getLogger("great_expectations")
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger.name):
        keep()
        assert logger.level == logging.DEBUG
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("great_expectations")] == []


def test_errors_of_great_expectations_still_reach_the_log(caplog):
    with quiet():
        logging.getLogger("great_expectations.anything").error("out of order")
        logging.getLogger("great_expectations.anything").info("chatter")
    assert caplog.messages == ["out of order"]


def test_loading_great_expectations_raises_no_warning_and_swallows_none():
    program = (
        "import logging, warnings\n"
        "from expectations.quality import quiet\n"
        "before = warnings.showwarning\n"
        "with quiet():\n"
        "    import great_expectations\n"
        "assert warnings.showwarning is before\n"
        "logging.captureWarnings(True)\n"  # no call of its own is left pending
        "assert warnings.showwarning is not before\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, env=environment, cwd=ROOT)


def test_importing_the_room_does_not_load_great_expectations():
    program = "import sys, expectations.validate, expectations.faults; assert 'great_expectations' not in sys.modules"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, cwd=ROOT)


def test_warnings_of_the_run_itself_are_not_filtered():
    with quiet(), pytest.warns(DeprecationWarning, match="ours"):
        warnings.warn("ours", DeprecationWarning, stacklevel=1)


def test_offline_keeps_what_is_to_be_read():
    html = (
        '<head><link href="https://x.example/a.css"><style>a{background:url(https://x.example/b)}</style></head>'
        '<p>kept <img src="https://x.example/?who" /></p><script>\nf()\n</script><footer>x.example</footer><p>too</p>'
    )
    assert "x.example" not in offline(html)
    assert re.sub(r"<style>.*?</style>\s*", "", offline(html), flags=re.DOTALL) == (
        "<head></head><p>kept </p><p>too</p>"
    )


def test_twenty_thousand_rows_take_seconds(form, make_frames, no_findings):
    one, given = make_frames({"gender": "male", "area": ["work", "1"], "cases": 1.0, "comment": "x"})
    rows_n = 20_000
    responses = pd.concat([one] * rows_n, ignore_index=True)
    responses["row_n"] = range(rows_n)
    responses["row_key"] = responses["response_id"] = responses["row_n"].astype(str)
    answers = pd.concat([given] * rows_n, ignore_index=True)
    answers["row_key"] = answers["response_id"] = responses["row_key"].repeat(len(given)).to_numpy()
    bad = (answers["question_id"] == "gender") & answers["row_key"].str.endswith("77")
    answers.loc[bad, "value_code"] = "?"
    found = validate([form], [], responses, answers, no_findings, ["org_a"], None)
    assert len(found.responses) == 19_800
    assert len(found.findings) == 200
