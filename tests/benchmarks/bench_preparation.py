"""How quickly a large corpus is prepared and in how much memory, and what the near-duplicate libraries do beside it.

`python tests/benchmarks/bench_preparation.py stages ROWS`, `... growing ROWS` and `... libraries ROWS` measure at other
sizes. `growing` adds 1 % to what was prepared, then does so without the memo, to see that both are the same.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from daybreak.data.near import similarity
from daybreak.data.near.grams import code_points, count_matrix
from daybreak.data.near.similarity import shingles

sys.path.insert(0, str(Path(__file__).parents[1]))

import recombining

THRESHOLD, PERMUTATIONS = 0.8, 128
STAGES = ("ingest", "clean", "dedupe", "split", "describe")
STAGE = """import re, sys, time
from daybreak.data import {0}
code = {0}.main()
print(time.process_time(), re.search("VmHWM:\\\\s+(\\\\d+)", open("/proc/self/status").read())[1])
sys.exit(code)"""
PARAMS = "ingest:\n  source: files\n  path: rows\n"
GROWTH = 0.01


class Stage(NamedTuple):
    """What a stage cost, as a process of its own: seconds by the clock, seconds of processor, peak memory in GiB."""

    name: str
    wall: float
    busy: float
    peak: float


def texts(rows: int) -> list[str]:
    """Distinct texts of a corpus of so many rows."""
    return sorted({text for text, _ in recombining.rows(rows)})


def write_corpus(root: Path, rows: int, after: int = 0) -> None:
    """A project's folder with a source of so many rows; those up to `after` lie there already."""
    (root / "rows").mkdir(parents=True, exist_ok=True)
    (root / "params.yaml").write_text(PARAMS, encoding="utf-8")
    with (root / f"rows/{after}.jsonl").open("w", encoding="utf-8") as file:
        for text, label in islice(recombining.rows(rows), after, None):
            file.write(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n")


def prepare(root: Path) -> Iterator[Stage]:
    """Admit the source and run each stage as dvc runs it, in a process of its own."""
    from daybreak.data.admitting.admission import admit
    from daybreak.data.ingest import IngestParams

    admit(root, IngestParams(source="files", path="rows"))
    for name in STAGES:
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", STAGE.format(name)], cwd=root, stdout=subprocess.PIPE, text=True)
        assert done.returncode == 0, name
        busy, peak = map(float, done.stdout.split()[-2:])
        yield Stage(name, time.perf_counter() - started, busy, peak / 1024**2)


def written(root: Path) -> dict[str, str]:
    """SHA-256 of every file that the stages wrote."""
    folders = [root / "data" / name for name in (*STAGES, "quarantine")]
    files = sorted(file for folder in folders for file in folder.glob("*"))
    return {str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def brute_force(corpus: list[str]) -> set[tuple[int, int]]:
    """Every pair at or above the threshold, from the shared grams of all pairs: no filter, no hash."""
    matrix = count_matrix([code_points(text, at_least=similarity.GRAM) for text in corpus], [similarity.GRAM])
    matrix.data = np.ones_like(matrix.data)
    sizes, found = np.diff(matrix.indptr), set()
    for start in range(0, len(corpus), 1000):
        shared = (matrix[start : start + 1000] @ matrix.T).tocoo()
        left, right = shared.row + start, shared.col
        score = shared.data / (sizes[left] + sizes[right] - shared.data)
        keep = (left < right) & (score >= THRESHOLD)
        found |= set(zip(left[keep].tolist(), right[keep].tolist(), strict=True))
    return found


def daybreak(corpus: list[str]) -> set[int]:
    """Positions of the texts that have a near-duplicate: all and only those."""
    pairs = similarity.similar_pairs(corpus, THRESHOLD)
    return {*pairs.left.tolist(), *pairs.right.tolist()}


def rensa(corpus: list[str]) -> set[int]:
    """Texts that collide with another in a band, on rensa's quickest path; nothing is verified."""
    from rensa import RMinHash, RMinHashLSH

    sets = [[gram.encode() for gram in shingles(text)] for text in corpus]
    matrix = RMinHash.digest_matrix_from_token_byte_sets(sets, PERMUTATIONS, 17)
    flags = RMinHashLSH(THRESHOLD, PERMUTATIONS, 16).query_duplicate_flags_matrix_one_shot(matrix)
    return set(np.flatnonzero(flags).tolist())


def datasketch(corpus: list[str]) -> set[int]:
    """Texts for which an LSH index finds others; nothing is verified."""
    from datasketch import MinHash, MinHashLSH

    sets = [[gram.encode() for gram in shingles(text)] for text in corpus]
    hashes = list(MinHash.generator(sets, num_perm=PERMUTATIONS, seed=17))
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    for place, each in enumerate(hashes):
        index.insert(place, each, check_duplication=False)
    return {place for place, each in enumerate(hashes) if len(index.query(each)) > 1}


def datatrove(corpus: list[str]) -> set[int]:
    """Texts that datatrove's MinHash matches, on our shingles in place of its words; nothing is verified."""
    from datatrove.data import Document
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets, MinhashDedupSignature
    from datatrove.utils.word_tokenizers import WhitespaceTokenizer

    class Signature(MinhashDedupSignature):  # type: ignore[misc]
        def get_shingles(self, text: str) -> Any:
            return np.fromiter((self._hash_func(gram.encode()) for gram in shingles(text)), np.uint64).reshape(-1, 1)

    config = MinhashConfig(n_grams=similarity.GRAM, num_buckets=16, hashes_per_bucket=PERMUTATIONS // 16)
    with tempfile.TemporaryDirectory() as folder:
        documents = (Document(text=text, id=str(place)) for place, text in enumerate(corpus))
        Signature(f"{folder}/signatures", config, WhitespaceTokenizer()).run(documents)
        for bucket in range(config.num_buckets):
            MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/matches", config=config).run(
                None, bucket, config.num_buckets
            )
        matched = [np.fromfile(path, np.uint32).reshape(-1, 4) for path in Path(folder, "matches").glob("*.dups")]
    return {int(place) for pairs in matched for place in pairs[:, [1, 3]].ravel()}


def text_dedup(corpus: list[str]) -> set[int]:
    """Texts of a cluster of text-dedup's command, on grams of characters in place of its words; nothing is verified.

    Its command asks for its own versions of libraries, so it is measured only where somebody has put it beside ours.
    """
    from types import SimpleNamespace

    from datasets import Dataset
    from text_dedup import minhash

    minhash.NON_ALPHA = SimpleNamespace(split=lambda text: [*text])
    with tempfile.TemporaryDirectory() as folder:
        Dataset.from_dict({"text": corpus}).save_to_disk(f"{folder}/rows")
        asked = {"path": f"{folder}/rows", "output": f"{folder}/kept", "column": "text", "ngram": similarity.GRAM}
        more = {"num_perm": PERMUTATIONS, "threshold": THRESHOLD, "b": 16, "r": PERMUTATIONS // 16, "num_proc": 1}
        words = [f"--{name}={value}" for name, value in {**asked, **more, "min_length": 1}.items()]
        minhash.main([*words, "--local"], standalone_mode=False)
        clusters = [minhash.uf.find(place) for place in range(len(corpus))]
    sizes = Counter(clusters)
    return {place for place, cluster in enumerate(clusters) if sizes[cluster] > 1}


TOOLS: dict[str, Callable[[list[str]], set[int]]] = {
    "daybreak": daybreak,
    "rensa": rensa,
    "datasketch": datasketch,
    "datatrove": datatrove,
    "text_dedup": text_dedup,
}


def beside_one_another(rows: int) -> dict[str, float]:
    """Print a line a tool, from texts to near-duplicates; seconds of processor by tool."""
    corpus, costs = texts(rows), {}
    truth: set[int] = set()
    print(f"\n{len(corpus)} distinct texts of {rows} rows, threshold {THRESHOLD}, {PERMUTATIONS} permutations")
    for name, tool in TOOLS.items():
        if name != "daybreak" and find_spec(name) is None:
            print(f"{name:10} is not installed")
            continue
        started = busy()
        found = tool(corpus)
        costs[name] = busy() - started
        truth = truth or found
        recall, precision = len(found & truth) / len(truth), len(found & truth) / len(found)
        speed = len(corpus) / costs[name]
        print(f"{name:10} {costs[name]:8.1f} s {speed:8.0f} texts/s {recall:.4f} {precision:.4f}", flush=True)
    return costs


def busy() -> float:
    """Seconds of processor that this process has taken, and those that it has started and seen end."""
    return sum(os.times()[:4])


def stage_by_stage(rows: int) -> list[Stage]:
    """Print a line a stage of preparing so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), rows)
        return told(rows, prepare(Path(folder)))


def growing(rows: int, *, anew: bool = True) -> float:
    """Print what a preparation costs and what one with 1 % more rows does after it; the ratio of processor seconds.

    Whatever the memo saved, the files are those of a preparation without it that is given the earlier assignments.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, rows)
        first = told(rows, prepare(root))
        shutil.copytree(root / "data/split", root / "earlier")
        more = int(rows * (1 + GROWTH))
        write(root, more, rows)
        then = told(more, prepare(root))
        ratio = sum(stage.busy for stage in then) / sum(stage.busy for stage in first)
        print(f"{more - rows} more rows cost {ratio:.3f} of {rows}", flush=True)
        if anew:
            incremental = written(root)
            shutil.rmtree(root / "data/memo")
            shutil.rmtree(root / "data/split")
            shutil.copytree(root / "earlier", root / "data/split")
            told(more, prepare(root))
            print(f"without the memo: {'the same bytes' if written(root) == incremental else 'ANOTHER RESULT'}")
            assert written(root) == incremental
    return ratio


def told(rows: int, stages: Iterator[Stage]) -> list[Stage]:
    """Print a line a stage, as it ends."""
    done = []
    for stage in stages:
        speed = rows / stage.busy
        times = f"{stage.wall:8.1f} s {stage.busy:8.1f} s of processor"
        print(f"{stage.name:10} {times} {speed:8.0f} rows/s {stage.peak:6.2f} GiB", flush=True)
        done.append(stage)
    busy, wall = sum(stage.busy for stage in done), sum(stage.wall for stage in done)
    print(f"{'all':10} {wall:8.1f} s {busy:8.1f} s of processor {rows / busy:8.0f} rows/s", flush=True)
    return done


def write(root: Path, rows: int, after: int = 0) -> None:
    """The corpus, in a process of its own: what that one holds would count as every later process's peak."""
    subprocess.run([sys.executable, __file__, "write", str(rows), str(root), str(after)], check=True)


def test_every_pair_that_brute_force_finds_is_found() -> None:
    corpus = texts(20_000)
    pairs = similarity.similar_pairs(corpus, THRESHOLD)
    found = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    truth = brute_force(corpus)
    print(f"\n{len(truth)} pairs among {len(corpus)} texts, recall {len(found & truth) / len(truth):.4f}")
    assert found == truth


def test_the_libraries_are_slower() -> None:
    for library in ("rensa", "datasketch", "datatrove"):
        pytest.importorskip(library)
    costs = beside_one_another(50_000)
    assert costs["datasketch"] >= 10 * costs["daybreak"]
    assert costs["datatrove"] >= 5 * costs["daybreak"]
    assert costs["daybreak"] <= 1.5 * costs["rensa"]


def test_one_percent_more_costs_a_fraction_and_changes_nothing() -> None:
    assert growing(200_000) <= 0.3


def test_a_million_rows_are_prepared_in_three_gibibytes() -> None:
    assert max(stage.peak for stage in stage_by_stage(1_000_000)) <= 3


if __name__ == "__main__":
    what, count, *others = sys.argv[1:]
    if what == "write":
        write_corpus(Path(others[0]), int(count), *map(int, others[1:]))
    elif what == "libraries":
        beside_one_another(int(count))
    elif what == "growing":
        growing(int(count), anew="once" not in others)
    else:
        stage_by_stage(int(count))
