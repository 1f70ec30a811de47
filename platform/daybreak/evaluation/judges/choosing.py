"""Which judge judges a language."""

from collections.abc import Sequence

from daybreak.evaluation.judges.judge import OWN, Judge
from daybreak.evaluation.judges.params import JudgeParams

LANGUAGES = ("zh", "en")
"""Those that we have a judge for; other languages are judged where a project names one."""


def find(language: str, named: Sequence[JudgeParams]) -> Judge | None:
    """The judge of a language: the one that params name, else ours, else None.

    Raises ModelError for one that is missing, altered or not what `sha256` pins, and ParamsError for one without it.
    """
    for params in named:
        if params.language == language and not params.source.startswith(OWN):
            from daybreak.evaluation.judges import named as others

            return others.open_judge(params)
    from daybreak.evaluation.judges.shipped import Shipped

    return Shipped(language) if language in LANGUAGES else None
