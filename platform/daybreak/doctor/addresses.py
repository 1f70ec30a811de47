"""Whether the stack's ports are free, or ours."""

from collections.abc import Iterator

from daybreak import stack
from daybreak.doctor.base import Finding, Patient, fault, healthy
from daybreak.errors import BadInput
from daybreak.stack import ports


def check(patient: Patient) -> Iterator[Finding]:
    """One finding a server of the stack."""
    living = stack.living(patient.settings.stack)
    asked = {"prefect": patient.settings.prefect_port, "mlflow": patient.settings.mlflow_port}
    for name, usual in ports.USUAL.items():
        if living and name in living.parts:
            yield healthy("ports", f"{name} answers at {living.parts[name].address}, on loopback alone")
        else:
            yield judge(name, asked[name], usual)


def judge(name: str, asked: int | None, usual: int) -> Finding:
    """What `daybreak up` would do about one port."""
    try:
        chosen = ports.choose(asked, usual, f"DAYBREAK_{name.upper()}_PORT")
    except BadInput as error:
        return fault("ports", error.found, error.remedy)
    return healthy("ports", chosen.note or f"{name} can have port {chosen.port}")
