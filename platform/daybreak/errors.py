"""The one tree of errors: each says what was found, what was expected and what mends it.

DaybreakError                 exit code 1
├── BadInput                  exit code 2: nothing was changed
│   ├── ParamsError           params.yaml or an override
│   ├── PluginError           a file in a project's plugins/
│   ├── DataError             a source, a column, a label
│   ├── ModelError            a base model or an artifact that cannot be had or loaded
│   ├── ProjectError          no project, no git repository, an unusable folder
│   └── Busy                  another run holds what this one needs
├── StepFailed                a step of the night broke
├── Interrupted               somebody asked a training to stop: it is where it was before the step
├── NotDelivered              a channel did not take a message
└── ReleaseError              the champion was not moved
    ├── EvidenceMismatch      verdicts, evidence and model do not belong together
    └── LostRace              somebody else moved the champion first
"""

import errno

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class DaybreakError(Exception):
    """Root of the tree. All arguments are positional, so that every error survives pickling."""

    exit_code = 1

    def __init__(self, found: str, expected: str = "", remedy: str = "") -> None:
        super().__init__(found, expected, remedy)
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [self.found, f"expected {self.expected}" if self.expected else "", self.remedy]
        return "; ".join(part.rstrip(".") for part in parts if part) + "."


class BadInput(DaybreakError):
    """What was given cannot be used; nothing was changed."""

    exit_code = 2


class ParamsError(BadInput):
    """params.yaml or an override is wrong; `found` begins with the dotted path."""


class PluginError(BadInput):
    """A gate of a project's own cannot be used; `found` begins with its file."""


class DataError(BadInput):
    """A source, a column or a label cannot be used."""


class ModelError(BadInput):
    """A base model or an artifact cannot be had, loaded or trusted."""


class ProjectError(BadInput):
    """There is no project here, no git repository, or the folder cannot be used."""


class Busy(BadInput):
    """Another run holds what this one needs, beyond the bounded wait."""


class StepFailed(DaybreakError):
    """A step of the night broke; `found` begins with the step's name."""


class Interrupted(DaybreakError):
    """Somebody asked a training to stop, between the parts of a step: the step was not taken."""

    def __init__(self, found: str = "training was asked to stop", expected: str = "", remedy: str = "") -> None:
        super().__init__(found, expected, remedy)


class NotDelivered(DaybreakError):
    """A channel did not take a message; never names the channel's address, which is a secret."""


class ReleaseError(DaybreakError):
    """The champion was not moved."""


class EvidenceMismatch(ReleaseError):
    """Verdicts, evidence and model do not belong together."""


class LostRace(ReleaseError):
    """Somebody else moved the champion first."""


def no_space(error: BaseException) -> bool:
    """Whether something failed because a disk is full; libraries in other languages say so in words alone."""
    return getattr(error, "errno", None) in NO_SPACE or "No space left on device" in str(error)
