"""The `daybreak` command: the rooms' commands, and those that start flows."""

import sys

from daybreak.cli import app
from daybreak.errors import DaybreakError
from daybreak.settings import QUIET, export_environment
from flows import looking, operating, running  # noqa: F401 - their commands join the app


def main() -> None:
    """Entry point: our errors become one sentence on stderr and their exit code."""
    export_environment(QUIET)
    try:
        app()
    except DaybreakError as error:
        sys.stderr.write(f"daybreak: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
