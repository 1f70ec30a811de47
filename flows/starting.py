"""Starts a flow from the command line: on the stack's server, or one of its own."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from daybreak import tracking
from daybreak.errors import BadInput, StepFailed
from daybreak.night import Night, alone
from daybreak.records import Record, RunRecord
from flows import catalogue
from flows.server import server_for


class Outcome(NamedTuple):
    """What a flow found, and how it put that into one sentence."""

    found: Record
    message: str


def run_night(night: Night, watching: AbstractContextManager[Any], *, release: bool = False) -> RunRecord:
    """Run the flow of the night; raises whatever ended it early.

    Busy if another night of the project is at it: that is asked before a server is started, and again by the flow.
    """
    with alone(night):
        pass
    parameters = {"overrides": "\n".join(night.overrides), "release": release}
    found = run_flow("retrain-and-release", night, parameters, watching).found
    if isinstance(found, RunRecord):
        return found
    raise StepFailed("the night ended without a record", "", "See daybreak runs list")


def run_flow(name: str, night: Night, parameters: Mapping[str, Any], watching: AbstractContextManager[Any]) -> Outcome:
    """Run any flow of the catalogue, with MLflow warmed up beside it; raises whatever ended it early."""
    with watching, ThreadPoolExecutor(1) as beside, server_for(night.settings):
        beside.submit(tracking.warm_up, night.settings.mlflow)
        state: Any = catalogue.load(name)(project=night.project.name, **parameters, return_state=True)
        found = state.result(raise_on_failure=False)
    if isinstance(found, BaseException):
        raise found
    return Outcome(found, state.message or state.name)


def parameters_of(name: str, pairs: Sequence[str]) -> dict[str, Any]:
    """Turn `name=value` pairs into the parameters of a flow; `section.key=value` pairs are its overrides.

    Raises BadInput for a parameter that the flow does not have, one that it misses, and a value of the wrong type.
    """
    from prefect.exceptions import ParameterTypeError

    flow = catalogue.load(name)
    known = [each for each in flow.parameters.properties if each not in ("project", "overrides")]
    given: dict[str, Any] = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        if "." in key and "overrides" in flow.parameters.properties:
            given["overrides"] = "\n".join(filter(None, [given.get("overrides", ""), pair]))
        elif key in known:
            given[key] = value
        else:
            raise BadInput(
                f"{name} has no parameter {key!r}", f"one of: {', '.join(known)}", "Give it as -p name=value"
            )
    if missing := sorted(set(flow.parameters.required or ()) - given.keys()):
        raise BadInput(f"{name} needs {', '.join(missing)}", "a value each", f"Give them as -p {missing[0]}=...")
    try:
        return {key: value for key, value in flow.validate_parameters(given).items() if key in given}
    except ParameterTypeError as error:
        raise BadInput(f"{name}: {' '.join(str(error).split())}", "values of the right type") from None
