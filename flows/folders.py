"""Where a run keeps what it makes: everything under one data folder, a programme's own if it is not the default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.programme_reader import DEFAULT_PROGRAMME


@dataclass(frozen=True)
class Folders:
    """The data folder's rooms."""

    data: Path

    @classmethod
    def of(cls, programme_folder: Path, programme_id: str) -> Folders:
        """`data/` for the default programme, `data/<programme id>/` for another, so that they never mix."""
        data = DEFAULT_PROGRAMME / "data"
        return cls(data if programme_folder.resolve() == DEFAULT_PROGRAMME else data / programme_id)

    @property
    def inbox(self) -> Path:
        """Files as organisations sent them."""
        return self.data / "inbox"

    @property
    def landing(self) -> Path:
        """The landing store."""
        return self.data / "landing"

    @property
    def quality(self) -> Path:
        """Great Expectations' results and Data Docs."""
        return self.data / "quality"

    @property
    def report(self) -> Path:
        """Reports, a folder a wave."""
        return self.data / "report"

    @property
    def annotations(self) -> Path:
        """The cache of GiNZA's annotations of masked texts."""
        return self.data / "cache" / "annotations.sqlite"

    @property
    def mask(self) -> Path:
        """Decisions about places where masking is in doubt."""
        return self.data / "mask"

    @property
    def rating(self) -> Path:
        """Rating rounds, a folder a round."""
        return self.data / "rating"

    @property
    def coding(self) -> Path:
        """Coding rounds, a folder a round."""
        return self.data / "coding"

    @property
    def quotations(self) -> Path:
        """The register of quotations that were released."""
        return self.data / "quotations"

    @property
    def prefect(self) -> Path:
        """Prefect's own database and settings."""
        return self.data / "prefect"

    @property
    def warehouse_url(self) -> str:
        """The embedded warehouse."""
        return f"sqlite:///{self.data / 'warehouse.sqlite'}"
