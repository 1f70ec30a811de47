"""Writes the dialogues of the package chatterbot-corpus as rows of a generate project: `python … > rows.jsonl`.

`pip install --no-deps chatterbot-corpus` carries them, under the BSD licence; English and Chinese are taken.
"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import yaml

LANGUAGES = ("chinese", "english")


def dialogues(folder: Path) -> list[list[dict[str, str]]]:
    """Turns that take turns: who asks first, who answers second, and so on; a question without answer is left out."""
    found = []
    for path in sorted(path for language in LANGUAGES for path in (folder / language).glob("*.yml")):
        for said in yaml.safe_load(path.read_text(encoding="utf-8"))["conversations"]:
            lines = [str(line) for line in said][: len(said) // 2 * 2]
            roles = ("user", "assistant") * (len(lines) // 2)
            turns = [{"role": role, "content": line} for role, line in zip(roles, lines, strict=True)]
            found += [turns] if turns else []
    return found


def main() -> int:
    """Print one dialogue a line."""
    package = find_spec("chatterbot_corpus")
    if package is None or not package.submodule_search_locations:
        sys.stderr.write("chatterbot-corpus is not installed: pip install --no-deps chatterbot-corpus\n")
        return 1
    for turns in dialogues(Path(package.submodule_search_locations[0]) / "data"):
        sys.stdout.write(json.dumps({"messages": turns}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
