"""Environment to Settings: the only reader and writer of os.environ."""

import os
import re
from pathlib import Path
from typing import Literal, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from daybreak.errors import ProjectError
from daybreak.records import Project


def machine_timezone() -> str:
    """IANA name of the machine's time zone, "UTC" where it does not say."""
    place = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    named = os.environ.get("TZ", "").removeprefix(":") or place
    return named if is_timezone(named) else "UTC"


def is_timezone(name: str) -> bool:
    """Whether this is the IANA name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def terminal_language() -> Literal["en", "zh"]:
    """The language that the terminal is set to; English for all but Chinese."""
    said = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, said), "").lower().startswith("zh") else "en"


class Settings(BaseSettings):
    """Where the embedded default keeps its state; databases are URLs, sqlite unless a variable says otherwise."""

    model_config = SettingsConfigDict(env_prefix="DAYBREAK_", frozen=True)

    home: Path
    ledger_url: SecretStr | None = None
    mlflow_url: SecretStr | None = None
    lock_wait_seconds: float = Field(default=10.0, ge=0, description="how long a run waits for another one's lock")
    prefect_database_url: SecretStr | None = None
    prefect_port: int | None = Field(default=None, ge=1, le=65535, description="4200, or another free one, if not set")
    mlflow_port: int | None = Field(default=None, ge=1, le=65535, description="5000, or another free one, if not set")
    prefect_days: int = Field(default=60, ge=1, description="how long Prefect's server remembers flow runs and events")
    timezone: str = Field(default_factory=machine_timezone, description="IANA name; schedules are meant in it")
    notify_webhook: SecretStr | None = None
    notify_wecom: SecretStr | None = None
    notify_dingtalk: SecretStr | None = None
    notify_feishu: SecretStr | None = None
    notify_slack: SecretStr | None = None
    notify_email: SecretStr | None = None
    notify_language: Literal["en", "zh"] = "en"
    heartbeat_url: SecretStr | None = None
    source_url: SecretStr | None = None
    model_hub: Literal["huggingface", "modelscope"] = Field(
        default="huggingface", description="whose id a plain owner/name in model.base is"
    )
    modelscope_endpoint: str | None = Field(default=None, description="address of a mirror of ModelScope")
    ray_address: str = Field(default="", validation_alias="RAY_ADDRESS", description="a Ray cluster that runs")

    @property
    def ledger(self) -> str:
        return self.ledger_url.get_secret_value() if self.ledger_url else f"sqlite:///{self.home / 'ledger.db'}"

    @property
    def mlflow(self) -> str:
        return self.mlflow_url.get_secret_value() if self.mlflow_url else f"sqlite:///{self.home / 'mlflow.db'}"

    @property
    def prefect_database(self) -> str:
        """What Prefect's server keeps runs in: `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`."""
        url = self.prefect_database_url
        return url.get_secret_value() if url else f"sqlite+aiosqlite:///{self.home / 'prefect' / 'prefect.db'}"

    @property
    def stack(self) -> Path:
        """Where the stack keeps its state and logs."""
        return self.home / "stack"

    @property
    def mlflow_artifacts(self) -> Path:
        return self.home / "mlflow-artifacts"

    def steps(self, project: Project) -> Path:
        return self.home / "steps" / project.name

    def models(self, project: Project) -> Path:
        """Files of every model that was ever offered for release, by digest."""
        return self.home / "models" / project.name

    def runs(self, project: Project) -> Path:
        return self.home / "runs" / project.name

    def locks(self) -> Path:
        return self.home / "locks"

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if not is_timezone(name):
            raise ValueError("an IANA name such as Asia/Shanghai")
        return name

    @field_validator("prefect_database_url")
    @classmethod
    def _served(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not url.get_secret_value().startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("sqlite+aiosqlite:///FILE or postgresql+asyncpg://…")
        return url

    @property
    def addresses(self) -> dict[str, str]:
        """Where news goes, by channel. Whoever has such an address can write there: never show one."""
        names = [name for name in type(self).model_fields if name.startswith("notify_")]
        given = {name.removeprefix("notify_"): getattr(self, name) for name in names}
        secrets = {name: value for name, value in given.items() if isinstance(value, SecretStr)}
        return {name: value.get_secret_value() for name, value in secrets.items() if value}

    @field_validator(
        "notify_webhook", "notify_wecom", "notify_dingtalk", "notify_feishu", "notify_slack", "heartbeat_url"
    )
    @classmethod
    def _http(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not re.fullmatch(r"https?://[^\s/]\S*", url.get_secret_value()):
            raise ValueError("an address that begins with https:// or http://")
        return url

    @field_validator("notify_email")
    @classmethod
    def _mail(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not re.fullmatch(r"mailtos?://\S+", url.get_secret_value()):
            raise ValueError("an address that begins with mailtos:// or mailto://")
        return url


class Place(Protocol):
    """Whose state it is. A night is one; where params.yaml need not be read, less will do."""

    @property
    def project(self) -> Project: ...

    @property
    def settings(self) -> Settings: ...


# Everything Daybreak writes below its home but the locks: what a reset deletes, and nothing else that lies there.
STATE = (
    "steps",
    "runs",
    "models",
    "journal",
    "prefect",
    "mlflow-artifacts",
    "ledger.db*",
    "mlflow.db*",
    "prefect-server.log",
    "stack",
    "stack.json",
    "notifications.jsonl",
)

# What the libraries below us read: no telemetry, no update checks, no surprise downloads of progress bars.
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait for one another must not spin: ten times slower on a busy machine
    "PYTHONDONTWRITEBYTECODE": "1",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # without it no product of matrices on a GPU is the same twice
}


def load_settings(root: Path) -> Settings:
    """Read DAYBREAK_*; state lives in `.daybreak/` below the checkout `root` unless DAYBREAK_HOME moves it.

    Raises ProjectError, naming the variable and never its value, for one that cannot be used.
    """
    home = os.environ.get("DAYBREAK_HOME")
    try:
        return Settings(home=Path(home).resolve() if home else root / ".daybreak")
    except ValidationError as error:
        first = error.errors()[0]
        variable = f"DAYBREAK_{first['loc'][0]}".upper()
        raise ProjectError(
            f"the variable {variable} cannot be used",
            first["msg"].removeprefix("Value error, "),
            f"Correct or unset {variable}",
        ) from None


def export_environment(variables: dict[str, str]) -> None:
    """Set variables for the libraries and child processes that start from here on."""
    os.environ.update(variables)


def child_environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment for a child process: ours, quiet, plus `extra`."""
    return {**os.environ, **QUIET, **extra}
