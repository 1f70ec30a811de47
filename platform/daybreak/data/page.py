"""report.html: one self-contained page about a prepared dataset, in Chinese and English side by side."""

from pathlib import Path
from typing import Any

from daybreak.data import charts

TEMPLATE = Path(__file__).with_name("report.html")
LOSSES = {
    "empty": "空行 · empty",
    "duplicates": "重复 · duplicates",
    "quarantined": "隔离 · quarantined",
}
RULES = {
    "contradicting_labels": ("同一文本标签互相矛盾", "the same text stands under more than one label"),
    "empty_after_cleaning": ("清洗后没有剩下文字", "nothing was left after cleaning"),
    "no_label": ("没有标签", "there is no label"),
}
SPLITS = {"train": "训练 · train", "validation": "验证 · validation", "test": "测试 · test"}


def render(facts: dict[str, Any]) -> str:
    """The page for what report.json holds; the same facts give the same bytes."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(facts=facts, charts=_charts(facts), rules=RULES) + "\n"


def _charts(facts: dict[str, Any]) -> dict[str, str]:
    rows, lengths = facts["rows"], facts["lengths"]
    splits = [(SPLITS[name], list(split["labels"].items())) for name, split in facts["splits"].items()]
    return {
        "rows": charts.waterfall(
            ("读入 · read", rows["read"]),
            [(name, rows[key]) for key, name in LOSSES.items()],
            ("留下 · kept", rows["kept"]),
            title="rows from read to kept",
        ),
        "scores": _scores(facts["baseline"]),
        "labels": charts.shares(splits, title="labels in each split"),
        "lengths": charts.histogram(lengths["histogram"], lengths["step"], title="characters per text"),
    }


def _scores(baseline: dict[str, float]) -> str:
    naive, honest = baseline["naive_accuracy"], baseline["honest_accuracy"]
    rows = [
        ("随机切分 · naive", naive, "loss", f"{naive:.1%}"),
        ("诚实切分 · honest", honest, "kept", f"{honest:.1%}"),
    ]
    return charts.bars(rows, title="accuracy of the baseline", highest=1.0)
