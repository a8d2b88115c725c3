"""The wave flow: from files as organisations send them to published indicators that can be traced."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from prefect import flow
from prefect.artifacts import create_table_artifact
from rich.console import Console

from expectations.validate import Validation
from expectations.validate import validate as validate_rows
from flows.findings import Finding, findings_frame
from flows.folders import Folders
from flows.landing import Landed, LandingStore
from flows.mapped_files import map_landed
from flows.mapping import Mapped
from flows.masked import Masked, mask_wave
from flows.programme_reader import read_programme
from flows.progress import StageProgress
from flows.provenance import Provenance, provenance
from flows.publishing import publish_report
from flows.scored import Scored, score_wave
from flows.sources.files import undeclared_files
from flows.sources.pulling import PullProgress, pull_sources
from flows.stages import stage
from flows.text_measures import text_measures
from flows.wave import Outcome, Wave
from nlp.analysis import TextAnalysis, analyse_answers
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import analyser_id, annotations_id
from warehouse.compute import computed
from warehouse.content import out_content_sha256
from warehouse.definitions import Language, UserMistake, fault
from warehouse.disclosure import public_indicators
from warehouse.engine import opened
from warehouse.load import load_run, publish_run, record_execution


@flow(name="wave", log_prints=False, persist_result=False, validate_parameters=False)
def run_wave(
    wave: str,
    programme_folder: str,
    inbox: str,
    warehouse_url: str,
    data: str,
    workers: int = 1,
    language: Language = "ja",
    servers_asked: bool = True,
) -> Outcome:
    """Run one wave from pull to publication. Raises UserMistake for what a user can mend."""
    with StageProgress(Console(stderr=True), language) as progress:
        programme = read_programme(Path(programme_folder))
        folders = Folders(Path(data))
        this = Wave(wave, programme, Path(inbox), folders, workers, language, progress, servers_asked=servers_asked)

        landed, findings = pull_and_land(this)
        mapped = map_files(this, landed)
        masked = mask(this, mapped)
        valid = validate(this, mapped, masked, findings)
        scored = score(this, valid)
        analysis = analyse(this, valid)
        origin = load(this, landed, findings, valid, masked, scored, analysis, warehouse_url)
        out = compute(this, landed, valid, scored, analysis, origin, warehouse_url)
        return publish(this, valid, masked, analysis, origin, out, warehouse_url)


@flow(name="pull", log_prints=False, persist_result=False, validate_parameters=False)
def pull_wave(
    wave: str, programme_folder: str, inbox: str, data: str, language: Language = "ja"
) -> tuple[list[Landed], list[Finding]]:
    """Pull and land what a run of the wave would read, and no more. Raises UserMistake for what a user can mend."""
    with StageProgress(Console(stderr=True), language) as progress:
        programme = read_programme(Path(programme_folder))
        return pull_and_land(Wave(wave, programme, Path(inbox), Folders(Path(data)), 1, language, progress))


@stage("pull", "受信・保存", "pull and land", retries=2)
def pull_and_land(this: Wave) -> tuple[list[Landed], list[Finding]]:
    """Pull every source of the wave and of those before it, and land what came as it came."""
    landed, findings = pull_sources(
        this.sources(),
        LandingStore(this.folders.landing),
        this.inbox,
        PullProgress(this.progress.expect_more, this.progress.advance),
        servers_asked=this.servers_asked,
    )
    return landed, [*undeclared_files(this.programme, this.waves, this.inbox), *findings]


@stage("map", "対応づけ", "map")
def map_files(this: Wave, landed: list[Landed]) -> Mapped:
    """Read each landed file as its instrument says and put its answers into the questionnaire's codes."""
    this.progress.expect(len(landed))
    return map_landed(this.programme, landed, LandingStore(this.folders.landing), this.progress.advance)


@stage("mask", "秘匿化", "mask")
def mask(this: Wave, mapped: Mapped) -> Masked:
    """Replace direct identifiers in every text, before anything reaches the warehouse."""
    this.progress.expect(mapped.answers["value_text"].nunique())
    with AnnotationCache(this.folders.annotations, annotations_id(this.programme.text_rules.vocabulary)) as cache:
        return mask_wave(this, mapped, cache)


@stage("validate", "検証", "validate")
def validate(this: Wave, mapped: Mapped, masked: Masked, findings: list[Finding]) -> Validation:
    """Check every row with Great Expectations; a failed check about the wave itself stops it."""
    valid = validate_rows(
        list(this.programme.forms.values()),
        this.programme.checks.checks,
        mapped.responses,
        masked.answers,
        findings_frame([*findings, *mapped.findings]),
        [each.code for each in this.programme.settings.organisations],
        this.folders.quality / this.name,
    )
    if valid.stops:
        raise UserMistake(
            [
                fault(
                    this.name,
                    stop.check_id,
                    (stop.message.ja, stop.message.en),
                    ("直してから再度実行してください", "mend it and run the wave again"),
                )
                for stop in valid.stops
            ]
        )
    return valid


@stage("score", "評点", "score")
def score(this: Wave, valid: Validation) -> Scored:
    """Turn answers and raters' ratings into rubric levels, and see how well the raters agree."""
    return score_wave(this, valid)


@stage("analyse", "テキスト解析", "analyse")
def analyse(this: Wave, valid: Validation) -> TextAnalysis:
    """Analyse the masked text of the analysed questions: language, words, themes."""
    questions = [name for names in this.programme.settings.analysed.values() for name in names]
    texts = valid.answers[valid.answers["question_id"].isin(questions)]
    this.progress.expect(texts["value_text"].nunique())
    with AnnotationCache(this.folders.annotations, annotations_id(this.programme.text_rules.vocabulary)) as cache:
        return analyse_answers(
            texts,
            this.programme.themes,
            this.programme.text_rules,
            workers=this.workers,
            cache=cache,
            progress=this.progress.advance,
            asked_in=this.asked_in(valid.responses),
            chosen=valid.answers,
        )


@stage("load", "登録", "load", retries=2)
def load(
    this: Wave,
    landed: list[Landed],
    findings: list[Finding],
    valid: Validation,
    masked: Masked,
    scored: Scored,
    analysis: TextAnalysis,
    warehouse_url: str,
) -> Provenance:
    """Load everything of the run in one transaction; nobody sees it before it is published."""
    inputs = [*landed, *masked.landed, *scored.landed]
    origin = provenance(this.programme, this.name, inputs, findings, analyser_id(this.programme.text_rules.vocabulary))
    accepted = valid.responses["response_id"]
    frames = {
        **this.input_frames(inputs, valid.responses),
        "core_response": valid.responses,
        "core_answer": valid.answers,
        "core_score": scored.scores,
        "core_rating": scored.ratings.ratings,
        "core_rating_evidence": scored.ratings.evidence,
        "core_text": analysis.texts,
        "core_token": analysis.tokens,
        "core_theme": analysis.themes,
        "core_mask": masked.masks[masked.masks["response_id"].isin(accepted)].drop_duplicates(),  # of rejected copies
    }
    with opened(warehouse_url) as engine:
        load_run(engine, this.run_record(origin), frames)
    return origin


@stage("compute", "指標の計算", "compute")
def compute(
    this: Wave,
    landed: list[Landed],
    valid: Validation,
    scored: Scored,
    analysis: TextAnalysis,
    origin: Provenance,
    warehouse_url: str,
) -> dict[str, pd.DataFrame]:
    """Compute every indicator and each person's change from the warehouse, and the tables about texts."""
    this.progress.expect(len(this.programme.indicators))
    with opened(warehouse_url) as engine:
        out = computed(
            engine,
            origin.run_id,
            this.question(landed, valid.findings, scored.agreement.agreement),
            progress=lambda _: this.progress.advance(),
        )
    return {
        **out,
        "out_indicator_public": public_indicators(
            out["out_indicator"], this.programme.indicators, this.programme.person_forms
        ),
        "out_finding": pd.concat([valid.findings, findings_frame(scored.findings)], ignore_index=True),
        "out_agreement": scored.agreement.agreement.assign(period=this.name),
        "out_confusion": scored.agreement.confusion.assign(period=this.name),
        **text_measures(this, valid, analysis),
    }


@stage("publish", "公開", "publish", retries=2)
def publish(
    this: Wave,
    valid: Validation,
    masked: Masked,
    analysis: TextAnalysis,
    origin: Provenance,
    out: dict[str, pd.DataFrame],
    warehouse_url: str,
) -> Outcome:
    """Switch the wave to this run, then write the report, the workbook, the CSV files and the Prefect artifact."""
    with opened(warehouse_url) as engine:
        publish_run(engine, this.run_record(origin), out)
        content = out_content_sha256(engine, origin.run_id)
        record_execution(engine, this.execution(origin.run_id, content))
        report, artifact = publish_report(engine, origin.run_id, this.name, this.folders, this.language)
    critical = valid.findings[valid.findings["severity"] == "critical"]
    rejected_n = critical.dropna(subset="row_n").groupby(["file_name", "sheet", "row_n"], dropna=False).ngroups
    create_table_artifact(key=f"indicators-{this.name}".lower(), table=artifact, description=this.programme.settings.id)
    return Outcome(
        run_id=origin.run_id,
        wave=this.name,
        accepted_n=len(valid.responses),
        rejected_n=rejected_n,
        warnings_n=len(valid.findings) - len(critical),
        texts_n=int((analysis.texts["state"] != "blank").sum()),
        analysed_n=int(analysis.texts["state"].isin(["analysed", "too_long_cut"]).sum()),
        themes_n=len(analysis.themes),
        undecided_n=masked.undecided_n(valid.responses["response_id"]),
        out_sha256=content,
        report=report,
        seconds=this.progress.seconds,
        findings=valid.findings,
    )
