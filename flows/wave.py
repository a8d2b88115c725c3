"""One run of a wave: what it reads, where it keeps things, and what is known of it once it has landed its files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pandas as pd

from expectations.questionnaire import Form
from expectations.reasons import say
from flows.findings import FILE_LEVEL
from flows.folders import Folders
from flows.landing import Landed
from flows.programme import Programme
from flows.progress import StageProgress
from flows.provenance import Provenance, started_by
from flows.sources.declared import Source
from rubrics.scoring import level_source
from warehouse.compute import Question
from warehouse.definitions import Language, Text, UserMistake, fault
from warehouse.load import ExecutionRecord, RunRecord
from warehouse.periods import Interval


class Wave:
    """A wave being run. Not a dataclass, so that Prefect passes it from stage to stage untouched."""

    def __init__(
        self,
        name: str,
        programme: Programme,
        inbox: Path,
        folders: Folders,
        workers: int,
        language: Language,
        progress: StageProgress,
        *,
        servers_asked: bool = True,
    ) -> None:
        if name not in programme.windows:
            known = "、".join(programme.windows)
            raise UserMistake(
                [
                    fault(
                        "WAVE",
                        name,
                        ("この時点は定義されていません", "is not a period of the programme"),
                        (f"使えるもの: {known}", f"expected one of {known}"),
                    )
                ]
            )
        self.name = name
        self.programme = programme
        self.inbox = inbox
        self.folders = folders
        self.workers = workers
        self.language = language
        self.progress = progress
        self.servers_asked = servers_asked
        self.started_at = datetime.now(UTC)

    @property
    def waves(self) -> list[str]:
        """The waves it reads: itself and those before it, so that a run stands on its own."""
        return self.programme.waves_up_to(self.name)

    def sources(self) -> list[tuple[Source, str]]:
        """Every (source, wave) to pull, in order of the waves; a form on a server once, for the latest of its waves."""
        pairs = [
            (source, wave) for wave in self.waves for source in self.programme.settings.sources if wave in source.waves
        ]
        latest = {source.id: wave for source, wave in pairs}
        return [(source, wave) for source, wave in pairs if source.server is None or latest[source.id] == wave]

    def asked_in(self, responses: pd.DataFrame) -> dict[str, str]:
        """Response -> the language its questions were in, where its instrument says."""
        languages = {name: each.language for name, each in self.programme.instruments.items() if each.language}
        known = responses[responses["instrument_id"].isin(languages)]
        return dict(zip(known["response_id"], known["instrument_id"].map(languages), strict=True))

    def form(self, name: str) -> Form:
        """A form of the programme."""
        return self.programme.forms[name]

    def question(self, inputs: Iterable[Landed], findings: pd.DataFrame, agreement: pd.DataFrame) -> Question:
        """What the warehouse is asked to compute. A file that could not be used is no report."""
        programme = self.programme
        unusable = set(findings.loc[findings["reason_code"].isin(FILE_LEVEL), "file_name"])
        return Question(
            period=self.name,
            windows=programme.windows,
            organisations=programme.active_executing(self.name),
            expected=frozenset(
                (code, source.form)
                for source in programme.settings.sources
                if self.name in source.waves
                for code in self._senders(source.organisation, source.instrument)
            ),
            reported=frozenset(
                (code, landed.form)
                for landed in inputs
                if landed.wave == self.name and landed.file_name not in unusable
                for code in self._senders(landed.organisation, landed.instrument)
            ),
            levels={
                criterion.id: level_source(criterion.at(programme.windows[self.name].last_day))
                for criterion in programme.criteria.values()
            },
            indicators=programme.indicators,
            targets=programme.targets,
            agreement=agreement,
            people_criteria=[
                criterion.id
                for criterion in programme.criteria.values()
                if criterion.versions[0].form in programme.person_forms
            ],
            change=programme.change,
        )

    def _senders(self, organisation: str | None, instrument: str) -> list[str]:
        """Whose rows a file holds: its sender's, or those of all that its column can name, while they are members."""
        named = self.programme.instruments[instrument].organisation_column
        codes = [organisation] if organisation is not None else list(named.map.values()) if named else []
        window = self.programme.windows[self.name]
        time = Interval.model_validate({"from": window.start.date(), "until": window.last_day})
        members = [
            each.code
            for each in self.programme.settings.organisations
            if any(interval.overlaps(time) for interval in each.active)
        ]
        return [code for code in codes if code in members]

    def input_frames(self, inputs: list[Landed], responses: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """What a run was made from, as tables: raw_file, meta_input (with the rows accepted), meta_definition."""
        rows_n = responses.groupby(["file_name", "file_sha256", "form_id"]).size()
        return {
            "raw_file": pd.DataFrame(
                [(each.sha256, each.bytes_n, pd.Timestamp(each.fetched_at)) for each in inputs],
                columns=["sha256", "bytes_n", "first_seen_at"],
            ).drop_duplicates("sha256"),
            "meta_input": pd.DataFrame(
                [
                    {
                        "file_name": each.file_name,
                        "sha256": each.sha256,
                        "wave": each.wave,
                        "organisation": each.organisation,
                        "form_id": each.form,
                        "instrument_id": each.instrument,
                        "bytes_n": each.bytes_n,
                        "rows_n": int(rows_n.get((each.file_name, each.sha256, each.form), 0)),
                    }
                    for each in inputs
                ],
                columns=[
                    "file_name",
                    "sha256",
                    "wave",
                    "organisation",
                    "form_id",
                    "instrument_id",
                    "bytes_n",
                    "rows_n",
                ],
            ),
            "meta_definition": pd.DataFrame(
                [(each.name, each.sha256, each.text) for each in self.programme.files],
                columns=["file_name", "sha256", "text"],
            ),
        }

    def run_record(self, origin: Provenance) -> RunRecord:
        """The run as `meta_run` keeps it."""
        return RunRecord(
            run_id=origin.run_id,
            wave=origin.wave,
            programme_id=origin.programme_id,
            code_sha256=origin.code_sha256,
            commit_id=origin.commit_id,
            is_dirty=origin.is_dirty,
            lock_sha256=origin.lock_sha256 or "",
            model_name=origin.analyser["model_name"],
            model_version=origin.analyser["model_version"],
            dictionary_version=origin.analyser["dictionary_version"],
            first_loaded_at=self.started_at,
        )

    def execution(self, run_id: str, out_sha256: str) -> ExecutionRecord:
        """This execution as `meta_execution` keeps it."""
        return ExecutionRecord(
            execution_id=uuid4().hex,
            run_id=run_id,
            started_at=self.started_at,
            finished_at=datetime.now(UTC),
            started_by=started_by(),
            workers_n=self.workers,
            out_sha256=out_sha256,
        )


@dataclass(frozen=True)
class Outcome:
    """What a run came to. `mistakes`: whole files that could not be used, so that the command ends with status 2."""

    run_id: str
    wave: str
    accepted_n: int
    rejected_n: int
    warnings_n: int
    texts_n: int
    analysed_n: int
    themes_n: int
    undecided_n: int
    out_sha256: str
    report: Path
    seconds: dict[str, float]
    findings: pd.DataFrame = field(repr=False)

    @property
    def mistakes(self) -> pd.DataFrame:
        """Findings about whole files."""
        return self.findings[self.findings["reason_code"].isin(FILE_LEVEL)]

    def lines(self, language: Language) -> list[str]:
        """The run in a few lines: what could not be used, what was counted, what was not, where the report is."""
        unusable = [say(finding, language) for _, finding in self.mistakes.iterrows()]
        report = self.report / "report.html"
        report = report.relative_to(Path.cwd()) if report.is_relative_to(Path.cwd()) else report
        return unusable + [
            line.in_(language)
            for line in (
                Text(
                    ja=f"採用した回答・記録 {self.accepted_n}件、集計に入らなかった行 {self.rejected_n}件、"
                    f"注意 {self.warnings_n}件(理由: monosashi rejected --wave {self.wave})",
                    en=f"{self.accepted_n} responses and records accepted, {self.rejected_n} rows not in the figures, "
                    f"{self.warnings_n} warnings (reasons: monosashi rejected --wave {self.wave})",
                ),
                Text(
                    ja=f"自由記述 {self.texts_n}件(日本語として解析 {self.analysed_n}件)、テーマ {self.themes_n}か所",
                    en=f"{self.texts_n} texts ({self.analysed_n} analysed as Japanese), {self.themes_n} theme matches",
                ),
                Text(
                    ja=f"秘匿化に確信のないところ {self.undecided_n}か所(monosashi mask review --wave {self.wave})",
                    en=f"masking in doubt: {self.undecided_n} places (monosashi mask review --wave {self.wave})",
                ),
                Text(
                    ja=f"実行 {self.run_id}、内容 {self.out_sha256}", en=f"run {self.run_id}, content {self.out_sha256}"
                ),
                Text(ja=f"報告: {report}", en=f"Report: {report}"),
            )
        ]
