"""Everything an operator can change: typed, described, immutable.

Each setting is an environment variable (``THREEBATH_PORT``, ``THREEBATH_RENDER__WORKERS``)
or a line of ``threebath.toml``; docs/settings.md is generated from here.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from threebath.core.kinds import Format

MIB = 1024 * 1024


def _seconds(value: object) -> object:
    """Read a bare number as seconds; the environment has only text."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value


Span = Annotated[timedelta, BeforeValidator(_seconds)]
"""A time: seconds, or an ISO 8601 duration."""


class _Group(BaseModel):
    """Settings that belong together; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UploadSettings(_Group):
    """Tickets, and files while they arrive."""

    ticket_life: Span = Field(
        default=timedelta(days=1), description="how long an upload address is good for"
    )
    sweep_every: Span = Field(
        default=timedelta(minutes=5), description="how often what went stale is removed"
    )
    clock_skew: Span = Field(
        default=timedelta(minutes=2), description="how far two nodes' clocks may differ"
    )
    memory_each: int = Field(
        default=32 * MIB, ge=0, description="bytes of one file that wait in memory"
    )
    memory_total: int = Field(
        default=256 * MIB, ge=0, description="bytes of all files that wait in memory"
    )
    least_free: int = Field(
        default=512 * MIB,
        ge=0,
        description="free bytes below which a disk counts as full and uploads are refused",
    )
    least_rate: int = Field(
        default=1024, ge=0, description="bytes a second below which a sender is cut off"
    )
    rate_window: Span = Field(
        default=timedelta(seconds=30), description="over which the rate is measured"
    )


class RenderSettings(_Group):
    """The sandboxed workers that decode and encode pictures."""

    workers: int = Field(
        default=0, ge=0, le=256, description="processes; 0 for as many as there are cores"
    )
    memory: int = Field(
        default=2048 * MIB, ge=256 * MIB, description="bytes that one worker may map"
    )
    deadline: Span = Field(
        default=timedelta(seconds=20), description="for one file, by the clock on the wall"
    )
    patience: Span = Field(
        default=timedelta(seconds=20),
        description="for which a file waits for a free worker before its sender is told so",
    )
    planar: bool = Field(
        default=True,
        description="use libturbojpeg, where there is one: it saves a third of the work",
    )
    files_per_worker: int = Field(
        default=200,
        ge=1,
        description="files after which a worker is replaced by a fresh one",
    )
    queue_pixels: int = Field(
        default=500_000_000,
        ge=1,
        description="pixels that may wait before callers are told so",
    )
    allow_unsandboxed: bool = Field(
        default=False, description="start even where the workers cannot be locked down"
    )
    variants: bool = Field(
        default=True,
        description="serve AVIF or WebP to who takes it; each is made at the first look",
    )
    disabled: tuple[Format, ...] = Field(
        default=(),
        description="formats that are refused, such as image/gif; "
        "a change in the file counts at once",
    )


class DialectSettings(_Group):
    """What the networks leave open."""

    vk_server: int = Field(
        default=626_627, ge=1, description="this node's number in VK's upload replies"
    )
    vk_cover_ratio: int = Field(
        default=3, ge=1, description="how many times as wide as high a VK cover may be cut"
    )
    ok_example: str = Field(
        default="", description="OK application key of /ok/example; no such page if empty"
    )
    vk_iframe_apps: str = Field(
        default="",
        description="VK applications whose profile photos need the user's yes, with commas",
    )
    vk_rates: bool = Field(
        default=True,
        description="refuse VK calls over 3 a second (communities: 20); not so in `dev`",
    )
    vk_captcha: str = Field(
        default="", description="VK methods that want a test captcha first, with commas"
    )
    vk_video_bytes: int = Field(
        default=5 * 1024 * MIB, ge=1, description="bytes of one VK video, or video story"
    )
    ok_unsigned: bool = Field(
        default=False, description="take OK calls that have an access token and no sig"
    )
    ok_lenient_signatures: bool = Field(
        default=False, description="take OK signatures that only odd old programs make"
    )
    up_profile: Literal["facebook", "strict"] = Field(
        default="facebook", description="which error codes UP uses: all, or the document's"
    )
    up_strict_call_id: bool = Field(
        default=False, description="refuse a UP call_id that is not greater than the last"
    )
    up_default_community: str = Field(
        default="", description="UP community of calls that name none"
    )
    up_calls_per_minute: int = Field(
        default=0, ge=0, description="calls of one UP application a node takes; 0: any"
    )
    sign_in: Literal["off", "anyone", "header"] = Field(
        default="off",
        description="how visitors of our pages sign in; `anyone` is for tests only",
    )


PREFIX = "THREEBATH_"
FILE = Path("threebath.toml")
"""In the working folder."""


class Settings(BaseSettings):
    """Everything an operator can change."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        toml_file=FILE,
        extra="forbid",
        frozen=True,
    )

    data: Path = Field(
        default=Path("threebath-data"), description="folder of database, blobs and secrets"
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8470, ge=0, le=65_535, description="0 for any free one")
    workers: int = Field(default=1, ge=1, le=256, description="web processes")
    public_url: str = Field(
        default="", description="where clients reach this node; http://host:port if empty"
    )
    proxies: tuple[str, ...] = Field(
        default=(),
        description="addresses or networks whose X-Forwarded-For and -Proto are believed",
    )
    database: str = Field(
        default="", description="SQLAlchemy address; SQLite in the data folder if empty"
    )
    secrets: tuple[SecretStr, ...] = Field(
        default=(),
        description=(
            "signing secrets, newest first, 16 characters or more; "
            "one is made and kept in the data folder if there is none"
        ),
    )
    logs: Literal["auto", "json", "pretty"] = Field(
        default="auto", description="how log lines look; auto is pretty on a terminal"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="what is worth a log line"
    )
    drain: Span = Field(
        default=timedelta(seconds=30), description="for uploads under way, after SIGTERM"
    )
    token_grace: Span = Field(
        default=timedelta(days=30),
        description="how long an expired token is still told from an unknown one",
    )
    silence: Span = Field(
        default=timedelta(seconds=60),
        ge=timedelta(0),
        description="after which a web process that stands still is replaced: "
        "three or more, or 0 for never",
    )
    uploads: UploadSettings = UploadSettings()
    render: RenderSettings = RenderSettings()
    dialects: DialectSettings = DialectSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the caller says first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def database_url(self) -> str:
        """The database's address, resolved."""
        return self.database or f"sqlite:///{self.data.absolute()}/threebath.db"

    @property
    def address(self) -> str:
        """Where clients reach this node, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def render_workers(self) -> int:
        """Rendering processes of one web process."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
        return self.render.workers or max(1, cores // self.workers)


def settle(unless_set: Mapping[str, str] | None = None, **given: object) -> Settings:
    """Return the settings with those *given* (not None) on top.

    They go into the environment, so that processes started from this one settle the same.

    Args:
        unless_set: what holds where the environment says nothing.
    """
    for name, default in (unless_set or {}).items():
        os.environ.setdefault(PREFIX + name.upper(), default)
    for name, value in given.items():
        if value is not None:
            os.environ[PREFIX + name.upper()] = str(value)
    return Settings()
