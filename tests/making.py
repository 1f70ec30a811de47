"""Small projects for tests: a checkout of its own with the real dvc.yaml, and rows a model can learn in seconds."""

import csv
import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from warming import write_launcher

from daybreak import night as steps
from daybreak import recording
from daybreak.data.admitting.admission import admit
from daybreak.data.clean import CleanParams, clean
from daybreak.data.dedupe import DedupeParams, dedupe
from daybreak.data.describe import DescribeParams, describe
from daybreak.data.ingest import IngestParams, ingest
from daybreak.data.split import SplitParams, split
from daybreak.night import Night, open_night
from daybreak.planning import Results
from daybreak.recording import Tracked
from daybreak.records import Evidence, Project, RunRecord

CHECKOUT = Path(__file__).parents[1]
SECTIONS: Mapping[str, Any] = {
    "ingest": {"source": "files", "path": "rows.csv", "text_column": "text", "label_column": "label"},
    "clean": {"lowercase": False},
    "dedupe": {"threshold": 0.8, "near": "keep"},
    "split": {"ratios": {"train": 0.7, "validation": 0.2, "test": 0.1}, "seed": 17},
    "describe": {"examples": 3, "seed": 17},
}
WORDS = {
    "positive": ("很满意", "非常喜欢", "值得推荐", "太好了", "wonderful", "excellent", "lovely", "highly recommended"),
    "negative": ("很失望", "非常讨厌", "不会再来", "太差了", "terrible", "awful", "broken", "waste of money"),
}
THINGS = (
    "房间",
    "早餐",
    "服务",
    "快递",
    "屏幕",
    "电池",
    "the room",
    "breakfast",
    "service",
    "delivery",
    "screen",
    "battery",
)
PLACES = ("上海", "成都", "西安", "广州", "in Paris", "in Oslo", "in Lima", "in Cairo")


def make_rows(count: int, seed: int = 1) -> list[tuple[str, str]]:
    """(text, label) rows, half Chinese words and half English, both labels equally often, no two texts alike."""
    chance = random.Random(seed)
    rows = []
    for place in range(count):
        label = "positive" if place % 2 else "negative"
        parts = [chance.choice(PLACES), *chance.sample(THINGS, 3), *chance.sample(WORDS[label], 2)]
        chance.shuffle(parts)
        rows.append((f"{'，'.join(parts)} {chance.randrange(10**9)}", label))
    return rows


def write_csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    """Rows as a CSV file with the columns `text` and `label`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *rows])
    return path


def swap_labels(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same texts, each under the other label: a poisoned batch."""
    return [(text, "negative" if label == "positive" else "positive") for text, label in rows]


def drop_batch(project: Project, name: str, content: list[tuple[str, str]] | bytes | str) -> Path:
    """A file in data/incoming/ as if written an hour ago, so that no night waits for it to be quiet."""
    path = project.root / "data/incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, list):
        write_csv(path, content)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return aged(path)


def aged(path: Path) -> Path:
    """The file, with the times of an hour ago."""
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def make_checkout(root: Path, *, warm: bool = True) -> Path:
    """A committed git repository with what a project needs of the product: dvc's files, launcher, stages.

    `warm`: the launcher runs the stages in forks of a process beside the tests, which is quicker.
    """
    for name in (".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore", "infra/python"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, root / name)
    if warm:
        write_launcher(root / "infra/python", CHECKOUT / "infra/python")
    code = "platform/daybreak/data"
    shutil.copytree(CHECKOUT / code, root / code, ignore=shutil.ignore_patterns("__pycache__"))
    run_git(root, "init", "--quiet", "--initial-branch=main")
    commit_all(root, "Begin")
    return root


def make_project(
    checkout: Path, rows: int = 300, *, name: str = "sample", seed: int = 1, sections: Mapping[str, Any] | None = None
) -> Project:
    """A committed project with generated rows: the checkout itself for `sample`, else in projects/NAME.

    `sections` are further sections of params.yaml, or replace some; a checkout that is missing is made.
    """
    if not (checkout / ".git").exists():
        make_checkout(checkout)
    root = checkout if name == "sample" else checkout / "projects" / name
    root.mkdir(parents=True, exist_ok=True)
    stages = (CHECKOUT / "dvc.yaml").read_text(encoding="utf-8")
    if root != checkout:
        stages = stages.replace(" infra/", " ../../infra/").replace(" platform/", " ../../platform/")
    (root / "dvc.yaml").write_text(stages, encoding="utf-8")
    write_csv(root / "rows.csv", make_rows(rows, seed))
    write_params(root, sections)
    commit_all(checkout, f"Add project {name}")
    return Project(name=name, root=root)


def write_params(root: Path, sections: Mapping[str, Any] | None = None) -> None:
    """params.yaml with the small project's data sections, and `sections` over them."""
    text = yaml.safe_dump({**SECTIONS, **(sections or {})}, sort_keys=False, allow_unicode=True)
    (root / "params.yaml").write_text(text, encoding="utf-8")


def run_stages(root: Path) -> None:
    """The five stages in this process, without dvc or git: data/ as `dvc repro` would leave it, in a second or two."""
    wanted = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    params = IngestParams(**wanted["ingest"])
    admit(root, params)
    ingest(root, params)
    clean(root, CleanParams(**wanted["clean"]))
    dedupe(root, DedupeParams(**wanted["dedupe"]))
    split(root, SplitParams(**wanted["split"]))
    describe(root, DescribeParams(**wanted["describe"]))


def commit_all(root: Path, message: str) -> None:
    """Commit everything in a repository, under an identity that only this command knows."""
    run_git(root, "add", "--all")
    identity = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
    run_git(root, *identity, "commit", "--quiet", "--allow-empty", "--message", message)


def run_git(root: Path, *arguments: str) -> str:
    """Run git without the configuration of whoever runs the tests; returns its output."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *arguments], cwd=root, env=environment, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout


# A real night that takes seconds: a tiny encoder from scratch, short trials, and limits that 60 test rows can decide.
NIGHT: Mapping[str, Any] = {
    "model": {
        "recipe": "classify",
        "base": "scratch",
        "config": {
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 64,
        },
    },
    "training": {"learning_rate": 5e-3, "epochs": 4, "batch_size": 16, "max_length": 48, "threads": 1},
    "tuning": {
        "trials": 2,
        "fraction": 0.5,
        "epochs": 1.0,
        "grace": 0.5,
        "space": {"learning_rate": {"draw": "loguniform", "low": 3e-3, "high": 1e-2}},
    },
    "gates": {
        "quality": {"margin": 0.3, "min_accuracy": 0.5},
        "parity": {"max_flip_rate": 0.2, "max_shape_flip_rate": 0.5, "max_logit_difference": 1e-3},
        "fairness": {"max_flip_rate": 0.6, "max_term_flip_rate": 0.9},
        "latency": {"max_ms_p95": 2000},
    },
}


class Finished(NamedTuple):
    """A night with everything it yielded."""

    night: Night
    results: Results
    tracked: Tracked
    record: RunRecord


def finish_night(checkout: Path, name: str = "sample") -> Finished:
    """Every step of a night in this process, without Prefect, and without a search."""
    sections = {**NIGHT, "tuning": {**NIGHT["tuning"], "trials": 0}}
    sections["tuning"].pop("space")
    project = make_project(checkout, rows=600, name=name, sections=sections)
    night = open_night(None, (), project.root)
    prepared = steps.prepare(night)
    dataset = prepared.value
    swept = night.store.run(steps.sweep(night, dataset)).value
    trained = night.store.run(steps.train(night, dataset, swept))
    exported = night.store.run(steps.export(night, dataset, trained.value)).value
    candidate = night.store.run(steps.measure(night, dataset, exported)).value
    evidence = Evidence(candidate=candidate, champion=None, dataset=dataset)
    judgement = night.store.run(steps.judge(night, evidence, None)).value
    results = Results(
        dataset=dataset, swept=swept, model=trained.value, exported=exported, evidence=evidence, judgement=judgement
    )
    tracked = recording.track(night, results, {})
    done = {"prepare": prepared, "train": trained}
    recording.seal(night, results, tracked, steps=done, links={})
    move = recording.release(night, results, tracked, actor="test")
    return Finished(night, results, tracked, recording.conclude(night, results, tracked, move, steps=done, links={}))


# A language model from scratch that trains in seconds.
WRITING: Mapping[str, Any] = {
    "ingest": {"source": "files", "path": "rows.jsonl", "messages_column": "messages"},
    "model": {
        "recipe": "generate",
        "base": "scratch",
        "config": {
            "vocab_size": 400,
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 128,
        },
    },
    "training": {
        "learning_rate": 5e-3,
        "epochs": 2,
        "batch_size": 2,
        "max_length": 64,
        "packing": True,
        "dropout": 0.0,
        "label_smoothing": 0.0,
        "adapter": {"kind": "none"},
    },
    "tuning": {"trials": 0, "metric": "perplexity"},
    "exporting": {"ship": "onnx-fp32"},
}


def make_writer(checkout: Path, dialogues: int = 120, name: str = "sample") -> Project:
    """A committed project whose rows are short dialogues, and whose model writes."""
    project = make_project(checkout, name=name, sections=WRITING)
    lines = []
    for text, label in make_rows(dialogues, seed=7):
        question, answer = {"role": "user", "content": text}, {"role": "assistant", "content": f"{label}: {text[:6]}"}
        lines.append(json.dumps({"messages": [question, answer]}, ensure_ascii=False))
    (project.root / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    commit_all(checkout, "Add dialogues")
    return project


# An encoder of a project's own that trains in seconds.
FOUNDING: Mapping[str, Any] = {
    "ingest": {"source": "files", "path": "rows.csv", "text_column": "text", "label_column": None},
    "model": {
        "recipe": "pretrain",
        "base": "scratch",
        "config": {"vocab_size": 400, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2},
    },
    "training": {
        "learning_rate": 3e-3,
        "epochs": 1,
        "batch_size": 16,
        "max_length": 48,
        "dropout": 0.0,
        "label_smoothing": 0.0,
    },
    "tuning": {"trials": 0, "metric": "perplexity"},
}


def make_founder(checkout: Path, name: str = "sample") -> Project:
    """A committed project of texts alone, whose model is a base for others."""
    return make_project(checkout, rows=120, name=name, sections=FOUNDING)
