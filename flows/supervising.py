"""The supervisor's process."""

import sys
from pathlib import Path

from daybreak.projects import find_checkout
from daybreak.settings import QUIET, export_environment, load_settings
from daybreak.stack import Supervisor
from flows.parts import HOST, stages


def command(prefect_port: int, mlflow_port: int, *deploying: str) -> list[str]:
    """The command of a supervisor; `deploying` are arguments of the step that registers the flows."""
    return [sys.executable, "-m", "flows.supervising", str(prefect_port), str(mlflow_port), *deploying]


def main() -> None:
    """Live until told to end."""
    export_environment(QUIET)
    checkout = find_checkout(Path.cwd())
    settings = load_settings(checkout)
    ports = int(sys.argv[1]), int(sys.argv[2])
    announced = {"prefect": f"{HOST}:{ports[0]}/api", "mlflow": f"{HOST}:{ports[1]}"}
    Supervisor(settings.stack, stages(settings, *ports, *sys.argv[3:]), cwd=checkout, announced=announced).run()


if __name__ == "__main__":
    main()
