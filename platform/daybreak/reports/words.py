"""The dossier's words in English and Chinese, and how its numbers are written."""

from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")
_SHARES = ("accuracy", "macro_f1", "auc", "rate", "share", "precision", "recall", "f1")


@cache
def words() -> dict[str, dict[str, str]]:
    """Every phrase by key and language."""
    import yaml

    found: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return found


def both(key: str, **values: Any) -> dict[str, str]:
    """A phrase in both languages; a key that has no words stands for itself, underscores aside."""
    phrase = words().get(key) or dict.fromkeys(LANGUAGES, key.replace("_", " "))
    return {language: phrase[language].format(**values) for language in LANGUAGES}


def number(value: float | None, name: str = "") -> str:
    """A number as people read it: shares in percent, times in milliseconds, counts with separators, a dash for none."""
    if value is None:
        return "–"
    if name.rsplit("_", 1)[-1] in _SHARES or name in _SHARES or name.endswith("_accuracy"):
        return f"{100 * value:.1f} %"
    if "_ms" in name:
        return f"{value:.1f} ms"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.4g}"


def measured(value: float | None) -> str:
    """A gate's number, whose unit only the gate knows: four significant digits."""
    return "–" if value is None else f"{value:.4g}"


def size(count: int) -> str:
    """Bytes in the unit that reads best."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def duration(seconds: float) -> str:
    """Seconds below two minutes, minutes and seconds above."""
    return f"{seconds:.1f} s" if seconds < 120 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
