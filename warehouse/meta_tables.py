"""Tables about runs: what came in, what each run was made from, what is published."""

from __future__ import annotations

from warehouse.table import Table, declared

META: list[Table] = [
    declared(
        "meta_run",
        "実行: 何から作られたか",
        "runs: what each was made from",
        """run_id wave programme_id code_sha256 commit_id is_dirty lock_sha256 model_name model_version
        dictionary_version first_loaded_at""",
        "run_id",
    ),
    declared(
        "meta_execution",
        "起動の記録",
        "log of executions",
        "execution_id run_id started_at finished_at started_by workers_n out_sha256",
        "execution_id",
        references={"run_id": "meta_run"},
    ),
    declared(
        "meta_definition",
        "実行に使った定義の全文",
        "the definitions a run used, in full",
        "run_id file_name sha256 text",
        "run_id file_name",
        references={"run_id": "meta_run"},
    ),
    declared(
        "raw_file",
        "受け取ったファイル(内容のハッシュで識別)",
        "files received, by hash of their content",
        "sha256 bytes_n first_seen_at",
        "sha256",
    ),
    declared(
        "meta_input",
        "実行が読んだファイル",
        "the files a run read",
        "run_id file_name sha256 wave organisation form_id instrument_id bytes_n rows_n",
        "run_id wave file_name form_id instrument_id",
        nullable="organisation",
        references={"run_id": "meta_run", "sha256": "raw_file"},
        warnings=(
            (
                "複数団体のファイルでは organisation が null です",
                "organisation is null where a file holds several organisations' rows",
            ),
        ),
    ),
    declared(
        "meta_publication",
        "各回で公開している実行",
        "the run that each wave publishes",
        "wave run_id",
        "wave",
        references={"run_id": "meta_run"},
        warnings=(
            (
                "読むときは必ずこの表を通すこと。古い実行の行も残っています",
                "always read through this table: rows of older runs stay in the warehouse",
            ),
        ),
    ),
]
