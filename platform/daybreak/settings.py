"""Environment to Settings: the only reader and writer of os.environ."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from daybreak.errors import ProjectError
from daybreak.records import Project


class Settings(BaseSettings):
    """Where the embedded default keeps its state; databases are URLs, sqlite unless a variable says otherwise."""

    model_config = SettingsConfigDict(env_prefix="DAYBREAK_", frozen=True)

    home: Path
    ledger_url: SecretStr | None = None
    mlflow_url: SecretStr | None = None
    lock_wait_seconds: float = Field(default=10.0, ge=0, description="how long a run waits for another one's lock")

    @property
    def ledger(self) -> str:
        return self.ledger_url.get_secret_value() if self.ledger_url else f"sqlite:///{self.home / 'ledger.db'}"

    @property
    def mlflow(self) -> str:
        return self.mlflow_url.get_secret_value() if self.mlflow_url else f"sqlite:///{self.home / 'mlflow.db'}"

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


# Everything Daybreak writes below its home but the locks: what a reset deletes, and nothing else that lies there.
STATE = ("steps", "runs", "models", "prefect", "mlflow-artifacts", "ledger.db*", "mlflow.db*", "prefect-server.log")

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
            f"the variable {variable} cannot be used", first["msg"], f"Correct or unset {variable}"
        ) from None


def export_environment(variables: dict[str, str]) -> None:
    """Set variables for the libraries and child processes that start from here on."""
    os.environ.update(variables)


def child_environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment for a child process: ours, quiet, plus `extra`."""
    return {**os.environ, **QUIET, **extra}
