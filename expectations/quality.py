"""Great Expectations at work: the context it runs in, one run of a suite, and what may be kept of it."""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.data_docs import Page, make_offline, write_index
from expectations.questionnaire import Form
from expectations.suites import Rule, suite_of

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

_COUNTS = (
    "element_count",
    "missing_count",
    "missing_percent",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_nonmissing",
    "unexpected_percent_total",
)
_POSITIONS_ONLY = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}


@dataclass(frozen=True)
class Outcome:
    """What a rule found. `rows`: positions of the rows that fail; None where the expectation looks at no single rows.

    `is_evaluated` is false where Great Expectations could not compute the expectation on this data.
    """

    rule: Rule
    is_evaluated: bool
    success: bool
    evaluated_n: int
    rows: list[int] | None


@contextmanager
def quiet() -> Iterator[None]:
    """Import and run Great Expectations without its telemetry, progress messages and import-time warnings.

    Its warnings and errors still reach the log. On import it hands all of Python's warnings to the log; that is undone.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logger = logging.getLogger("great_expectations")
    level, show_warning = logger.level, warnings.showwarning
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
            import great_expectations  # noqa: F401

            if warnings.showwarning is not show_warning:
                logging.captureWarnings(False)
        yield
    finally:
        logger.setLevel(level)


class Quality:
    """A Great Expectations context: in memory, or kept under a folder (`gx/` and `data_docs/`, made anew each time).

    What is kept holds counts only: results are scrubbed of values and row positions before they are stored.
    """

    def __init__(self, folder: Path | None) -> None:
        """Open the context; must be used within `quiet()`."""
        from great_expectations.core import RunIdentifier

        self._folder = folder
        self._context = _in_memory() if folder is None else _in_folder(folder)
        self._data = self._context.data_sources.add_pandas("responses")
        self._run = RunIdentifier(run_name="validation", run_time=datetime.now(UTC))
        self._pages: list[Page] = []

    def run(self, form: Form, rules: Sequence[Rule], frame: pd.DataFrame) -> list[Outcome]:
        """Run a form's rules on its wide frame (rows numbered from 0); one outcome a rule, in their order."""
        suite = self._context.suites.add(suite_of(form, rules))
        asset = self._data.add_dataframe_asset(form.id)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        result = batch.validate(suite, result_format=_POSITIONS_ONLY)
        by_rule = {_configuration(each).meta["rule_id"]: each for each in result.results}
        outcomes = [_outcome(rule, by_rule[rule.id], len(frame)) for rule in rules]
        self._data.delete_asset(form.id)
        if self._folder is not None:
            self._keep(form, result)
        return outcomes

    def write_data_docs(self) -> None:
        """Build the Data Docs from the scrubbed results, as pages that load nothing from elsewhere."""
        if self._folder is not None:
            self._context.build_data_docs()
            make_offline(self._folder / "data_docs")
            write_index(self._folder / "data_docs", self._pages, self._run.run_time)

    def _keep(self, form: Form, result: ExpectationSuiteValidationResult) -> None:
        from great_expectations.data_context.types.resource_identifiers import (
            ExpectationSuiteIdentifier,
            ValidationResultIdentifier,
        )

        key = ValidationResultIdentifier(ExpectationSuiteIdentifier(form.id), self._run, form.id)
        path = "/".join(map(str, key.to_tuple()))  # type: ignore[no-untyped-call]
        _scrub(result)
        result.meta["run_id"] = self._run
        self._context.validation_results_store.set(key, result)
        failed_n = sum(not each.success for each in result.results)
        self._pages.append(Page(form.id, form.label, path, len(result.results), failed_n))


def _in_memory() -> AbstractDataContext:
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )


def _in_folder(folder: Path) -> AbstractDataContext:
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        FilesystemStoreBackendDefaults,
        ProgressBarsConfig,
    )

    for made_by_an_earlier_run in (folder / "gx", folder / "data_docs"):
        shutil.rmtree(made_by_an_earlier_run, ignore_errors=True)
    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": "../data_docs/"},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    return gx.get_context(
        context_root_dir=folder / "gx",
        project_config=DataContextConfig(
            store_backend_defaults=FilesystemStoreBackendDefaults(),
            data_docs_sites={"data_docs": site},
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )


def _outcome(rule: Rule, result: ExpectationValidationResult, rows_n: int) -> Outcome:
    counts: dict[str, Any] = result.result or {}
    evaluated_n = counts.get("element_count", rows_n) - (counts.get("missing_count") or 0)
    positions = counts.get("unexpected_index_list")
    rows = None if positions is None else [int(position) for position in positions]
    return Outcome(rule, not _has_raised(result), bool(result.success), int(evaluated_n), rows)


def _configuration(result: ExpectationValidationResult) -> ExpectationConfiguration:
    assert result.expectation_config is not None  # noqa: S101 - Great Expectations sets it on every result
    return result.expectation_config


def _has_raised(result: ExpectationValidationResult) -> bool:
    """Whether an exception stands in the result: flat, or one a metric."""
    information = result.exception_info or {}
    nested = (each for each in information.values() if isinstance(each, dict))
    return bool(information.get("raised_exception")) or any(each.get("raised_exception") for each in nested)


def _scrub(result: ExpectationSuiteValidationResult) -> None:
    """Leave counts and the size of the table in a result; values, positions, messages and fingerprints go."""
    result.meta = {key: result.meta[key] for key in ("great_expectations_version", "active_batch_definition")}
    for each in result.results:
        kept: tuple[str, ...] = _COUNTS if "unexpected_index_list" in each.result else ()
        if _configuration(each).type.startswith("expect_table_"):
            kept = ("observed_value",)
        each.result = {key: value for key, value in each.result.items() if key in kept}
        each.exception_info = {"raised_exception": False, "exception_message": None, "exception_traceback": None}
