"""Where a source's responses lie: files in the inbox, or a form on a survey server. Never a password or a token."""

from __future__ import annotations

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from warehouse.definitions import Definition


def _is_safe(url: str) -> str:
    """A server's address: https, or http to this very machine; no user, password or query in it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("https:// で始まる住所が必要です | an address beginning with https:// was expected")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("住所に利用者名・パスワード・? は書けません | an address holds no user, password or query")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise ValueError("http は暗号化されません。https が必要です | http is not encrypted: https was expected")
    return url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError):
        raise ValueError(
            "知らないタイムゾーンです(例: Asia/Tokyo) | unknown time zone (for example Asia/Tokyo)"
        ) from None
    return name


ServerUrl = Annotated[str, AfterValidator(_is_safe)]
ZoneName = Annotated[str, AfterValidator(_is_zone)]
CredentialName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
"""Names a token, or a user and password, kept in the environment or in Prefect Secret blocks."""


SourceId = Annotated[str, Field(pattern=r"^[^./\\\s][^/\\]*$")]
"""Its snapshots and the folder of its pull are named after it."""


class KoboAsset(Definition):
    """A form on a KoboToolbox server (API v2). The credential is a token."""

    url: ServerUrl
    asset: Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$")]
    credentials: CredentialName


class OdkForm(Definition):
    """A form on an ODK Central server, read through OData. The credential is a user and a password."""

    url: ServerUrl
    project: int
    form: str
    credentials: CredentialName


class LimeSurveyForm(Definition):
    """A survey on a LimeSurvey server (RemoteControl 2). The credential is a user and a password.

    `time_zone`: the server's own, since its times carry none.
    """

    url: ServerUrl
    survey: int
    time_zone: ZoneName
    credentials: CredentialName


class Source(Definition):
    """Responses to one form that one organisation (or several, named in a column) gives for its waves.

    Either `files`, a pattern below the inbox in which `{wave}` stands for the wave, or one form on a server. A
    server's form goes on from wave to wave: a run reads it once.
    """

    id: SourceId
    organisation: str | None = None
    form: str
    instrument: str
    waves: list[str]
    required: bool = True
    files: str | None = None
    kobo: KoboAsset | None = None
    odk: OdkForm | None = None
    limesurvey: LimeSurveyForm | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if sum(place is not None for place in (self.files, self.server)) != 1 or self._servers_n > 1:
            raise ValueError(
                "files, kobo, odk, limesurvey のどれか1つが必要です | one of files, kobo, odk, limesurvey is needed"
            )
        return self

    @property
    def _servers_n(self) -> int:
        return sum(place is not None for place in (self.kobo, self.odk, self.limesurvey))

    @property
    def server(self) -> KoboAsset | OdkForm | LimeSurveyForm | None:
        """The form on a server, or None where files are sent."""
        return self.kobo or self.odk or self.limesurvey

    @property
    def kind(self) -> str:
        """`files`, `kobo`, `odk` or `limesurvey`."""
        return next(name for name in ("files", "kobo", "odk", "limesurvey") if getattr(self, name) is not None)

    @property
    def origin(self) -> dict[str, str | int]:
        """The form, and the server it is on: what a record's identity holds within. Empty where files are sent."""
        told = self.server.model_dump(exclude={"credentials", "time_zone"}) if self.server is not None else {}
        return {"kind": self.kind, **told} if told else {}

    @property
    def place(self) -> str:
        """The pattern of its files, or the name its snapshots go by in the landing store."""
        return self.files if self.files is not None else f"{self.kind}/{self.id}.jsonl"
