"""Where the work is: a project, and the checkout that it lies in."""

from pathlib import Path

from daybreak.records.record import Record


class Project(Record):
    """One model in production with its data: everything a run reads and writes hangs on it."""

    name: str
    root: Path

    @property
    def params_file(self) -> Path:
        return self.root / "params.yaml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def plugins(self) -> Path:
        return self.root / "plugins"

    @property
    def registered_model(self) -> str:
        return f"daybreak-{self.name}"

    @property
    def tag_prefix(self) -> str:
        """Git tags of data versions: `data/3` for the sample, `data/NAME/3` for every other project."""
        return "data/" if self.name == "sample" else f"data/{self.name}/"


class Checkout(Record):
    """Where the code stands: commits as 40 hexadecimal digits, and what differs from the commit that is checked out.

    `ref_commit` is the commit of the branch or tag that was asked about, None if git does not know it; `changed` names
    files relative to the checkout, new ones included, without those that a night itself writes.
    """

    commit: str
    ref_commit: str | None
    changed: tuple[str, ...]
