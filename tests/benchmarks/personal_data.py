"""Personal data: recall and false alarms on the planted set, and what is found in the sample, to be looked at.

Usage: python tests/benchmarks/personal_data.py [--names]   With --names, names and addresses are looked for too.
"""

import sys
import time
from collections import Counter

from daybreak.data import reading
from daybreak.data.cleaning import characters
from daybreak.data.personal import planted, replacing
from daybreak.data.personal.replacing import PersonalParams
from daybreak.data.reading.sources import SAMPLE_LABELS, sample_folder

AROUND = 12  # characters shown on either side


def main() -> None:
    action = "mask" if "--names" in sys.argv else "keep"
    params = PersonalParams(name=action, address=action)
    measured = planted.measure(params)
    print("| kind | recall zh | recall en |\n| --- | --- | --- |")
    for kind, each in measured["planted"].items():
        print(f"| {kind} | {each['zh']['recall']:.2f} | {each['en']['recall']:.2f} |")
    print(f"\nFalse alarms: {measured['false_alarms']}\n")
    files = ((sample_folder() / name, label) for name, label in SAMPLE_LABELS.items())
    texts = sorted({text.strip() for path, label in files for text, _ in reading.read_lines(path, label)} - {""})
    began, kinds = time.process_time(), Counter[str]()
    for text in map(characters.unite, texts):
        for datum in replacing.looked_for(text, params):
            kinds[datum.kind] += 1
            before, after = text[max(0, datum.start - AROUND) : datum.start], text[datum.end : datum.end + AROUND]
            print(f"{datum.kind:12} {before}[[{datum.value}]]{after}")
    print(f"\n{dict(kinds)} in {len(texts):,} texts, {len(texts) / (time.process_time() - began):,.0f} a second")


if __name__ == "__main__":
    main()
