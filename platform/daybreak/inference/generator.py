"""Generator over an exported language model, without torch: it writes text, and says how likely given text is."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from daybreak.errors import DataError, ModelError
from daybreak.inference import templates
from daybreak.inference.choosing import GREEDY, Sampling, choose
from daybreak.inference.sessions import Runtime, open_artifact
from daybreak.inference.verifying import AGAIN, LABELS, MODEL, TOKENIZER, digest, verify
from daybreak.records import ArtifactRef

if TYPE_CHECKING:
    from numpy.typing import NDArray

IGNORED = -100
READ_TOKENS = 1024
"""A batch that is only read holds no more, padding included: each token answers with the whole vocabulary."""


class Padded(NamedTuple):
    """Rows padded on the left, int64 [batch, length]; positions count real tokens, from 0."""

    input_ids: "NDArray[np.int64]"
    attention_mask: "NDArray[np.int64]"
    position_ids: "NDArray[np.int64]"


class Likelihood(NamedTuple):
    """Of each row, [rows]: nats lost on its targets, how many there are, how many the likeliest token got right."""

    nats: "NDArray[np.float64]"
    tokens: "NDArray[np.int64]"
    right: "NDArray[np.int64]"


class Generator:
    """A verified artifact of a causal language model, ready to write.

    Raises ModelError for a folder that `verify` refuses, and for one whose model keeps no cache or wants no positions.
    """

    def __init__(self, folder: Path, providers: Sequence[str] | None = None, threads: int | None = None) -> None:
        from tokenizers import Tokenizer

        manifest = verify(folder)
        self.description: dict[str, Any] = json.loads((folder / LABELS).read_text(encoding="utf-8"))
        if self.description.get("recipe") != "generate":
            found = f"the artifact {folder} is of recipe {self.description.get('recipe')}"
            raise ModelError(found, "a language model", "Ask it for labels instead")
        self.pad_id: int = self.description["pad_id"]
        self.max_length: int = self.description["max_length"]
        self.positions: int | None = self.description.get("positions")
        self.ends: frozenset[int] = frozenset(self.description["ends"])
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self._template = templates.read(self.description["template"])
        self.runtime: Runtime
        self._session, self.runtime = open_artifact(folder, manifest, providers, threads)
        self._past = [port for port in self._session.get_inputs() if port.name.startswith("past.")]
        if not self._past or "position_ids" not in {port.name for port in self._session.get_inputs()}:
            raise ModelError(f"{MODEL} in {folder} keeps no cache", "past, positions and mask as inputs", AGAIN)

    @classmethod
    def of(cls, artifact: ArtifactRef, threads: int | None = None) -> "Generator":
        """The generator of exactly this artifact; ModelError if the folder's digest is no longer the reference's."""
        found = digest(artifact.path)
        if found != artifact.sha256:
            raise ModelError(f"the artifact {artifact.path} has digest {found[:12]}", artifact.sha256[:12], AGAIN)
        return cls(artifact.path, threads=threads)

    def chat(self, turns: Sequence[dict[str, str]]) -> str:
        """The dialogue so far in the model's template; DataError for turns that it refuses."""
        return templates.render(self._template, turns, self.description["special"])

    def ask(self, text: str) -> str:
        """What a user says, in the model's template."""
        return self.chat([{"role": "user", "content": text}])

    def encode(self, prompt: str, *, is_dialogue: bool = False) -> list[int]:
        """Token ids of what is to be gone on with: without the end that a tokenizer may put there."""
        ids: list[int] = self.tokenizer.encode(prompt, add_special_tokens=not is_dialogue).ids
        if not is_dialogue and len(ids) > 1 and ids[-1] == self.description["eos_id"]:
            ids = ids[:-1]
        return ids or [self.pad_id]

    def fit(self, prompt: str, most_tokens: int, *, is_dialogue: bool = False, whole: bool = False) -> list[int]:
        """Token ids of a prompt that leave room for an answer: its end, where the context cannot hold all of it.

        With `whole` the answer gets what room there is, and DataError says that there is none.
        """
        ids = self.encode(prompt, is_dialogue=is_dialogue)
        if self.positions is None:
            return ids
        if whole and len(ids) >= self.positions:
            found = f"a text of {len(ids):,} tokens, and the model's context holds {self.positions:,}"
            raise DataError(found, "a text that leaves room for an answer", "Shorten it")
        return ids if whole else ids[-max(self.positions - most_tokens, self.positions // 2) :]

    def pad(self, rows: Sequence[Sequence[int]]) -> Padded:
        """Rows side by side, padded on the left."""
        length = max(len(row) for row in rows)
        ids = np.full((len(rows), length), self.pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, length - len(row) :], mask[place, length - len(row) :] = row, 1
        return Padded(ids, mask, np.maximum(mask.cumsum(1) - 1, 0))

    def logits(self, batch: Padded) -> "NDArray[np.float32]":
        """Run one batch whole, without a cache: float32 [batch, length, vocabulary]."""
        return self._run(
            batch.input_ids, batch.attention_mask, batch.position_ids, self._nothing(len(batch.input_ids))
        )[0]

    def likelihood(self, rows: Sequence[tuple[Sequence[int], Sequence[int]]], batch_size: int = 16) -> Likelihood:
        """How likely the targets are: a row is token ids and, for each, the token behind it or `IGNORED`."""
        found = np.zeros((len(rows), 3))
        for places in self._readings([len(ids) for ids, _ in rows], batch_size):
            logits = self.logits(self.pad([rows[place][0] for place in places]))
            for one, place in zip(logits, places, strict=True):
                found[place] = _lost(one[-len(rows[place][1]) :], np.asarray(rows[place][1]))
        return Likelihood(found[:, 0], found[:, 1].astype(np.int64), found[:, 2].astype(np.int64))

    def write(
        self,
        prompts: Sequence[str],
        most_tokens: int,
        *,
        is_dialogue: bool = False,
        sampling: Sampling = GREEDY,
        batch_size: int = 16,
        cached: bool = True,
        whole: bool = False,
    ) -> list[str]:
        """What the model goes on with, up to the end of a turn; each row draws by the seed and its place alone.

        Prompts are made to `fit`, and an answer ends where the context does. INT8 scales are per batch, so that an
        answer may depend on the rows beside it. Raises ModelError for a model that answers with no numbers.

        `cached=False` reads the whole text again for every token: slow, and only there to be compared with.
        """
        said: list[str] = []
        for start in range(0, len(prompts), batch_size):
            asked = prompts[start : start + batch_size]
            rows = [self.fit(each, most_tokens, is_dialogue=is_dialogue, whole=whole) for each in asked]
            draws = [np.random.default_rng([sampling.seed, start + place]) for place in range(len(rows))]
            answers = self.continue_ids(rows, most_tokens, sampling=sampling, draws=draws, cached=cached)
            said += [str(self.tokenizer.decode(ids, skip_special_tokens=True)).strip() for ids in answers]
        return said

    def continue_ids(
        self,
        rows: Sequence[Sequence[int]],
        most_tokens: int,
        *,
        sampling: Sampling = GREEDY,
        draws: Sequence[np.random.Generator] = (),
        cached: bool = True,
    ) -> list[list[int]]:
        """Token ids that follow each row, without its end."""
        said: list[list[int]] = [[] for _ in rows]
        open_rows = np.ones(len(rows), dtype=bool)
        for logits in self._next(rows, said, most_tokens, cached=cached):
            if not np.isfinite(logits[open_rows]).all():
                raise ModelError("the model's logits are not all finite", "numbers", "Train or export it again")
            for place in np.flatnonzero(open_rows).tolist():
                token = choose(logits[place], sampling, draws[place] if draws else None)
                if token in self.ends:
                    open_rows[place] = False
                else:
                    said[place].append(token)
            if not open_rows.any():
                break
        return said

    def steps(
        self, rows: Sequence[Sequence[int]], tokens: int, *, cached: bool = True
    ) -> Iterator["NDArray[np.float32]"]:
        """Logits of so many tokens behind each row, float32 [batch, vocabulary], the likeliest taken, ends and all."""
        said: list[list[int]] = [[] for _ in rows]
        for logits in self._next(rows, said, tokens, cached=cached):
            for row, token in zip(said, logits.argmax(axis=1), strict=True):
                row.append(int(token))
            yield logits

    def time_tokens(self, rows: Sequence[Sequence[int]], tokens: int) -> list[float]:
        """Milliseconds until each of so many tokens, from the one before it; the first reads the rows."""
        found, before = [], time.perf_counter()
        for _ in self.steps(rows, tokens):
            now = time.perf_counter()
            found.append((now - before) * 1000)
            before = now
        return found

    def _next(
        self, rows: Sequence[Sequence[int]], said: list[list[int]], most_tokens: int, *, cached: bool
    ) -> Iterator["NDArray[np.float32]"]:
        """Logits of the next token, float32 [batch, vocabulary], while somebody asks; `said` grows meanwhile."""
        batch, past = self.pad(rows), self._nothing(len(rows))
        ids, mask, positions = batch
        for _ in range(min(most_tokens, self._room(ids.shape[1]))):
            logits, kept = self._run(ids, mask, positions, past)
            yield logits[:, -1]
            last = np.array([[row[-1] if row else self.pad_id] for row in said], dtype=np.int64)
            mask = np.concatenate([mask, np.ones_like(last)], axis=1)
            behind = positions[:, -1:] + 1
            if cached:
                ids, positions, past = last, behind, kept
            else:
                ids = np.concatenate([ids, last], axis=1)
                positions = np.concatenate([positions, behind], axis=1)

    def _room(self, length: int) -> int:
        """Tokens that fit behind so many: the last one of them is not read."""
        return sys.maxsize if self.positions is None else max(0, self.positions - length + 1)

    def _run(
        self, ids: Any, mask: Any, positions: Any, past: dict[str, Any]
    ) -> tuple["NDArray[np.float32]", dict[str, Any]]:
        inputs = {"input_ids": ids, "attention_mask": mask, "position_ids": positions, **past}
        logits, *kept = self._session.run(None, inputs)
        named = {port.name: each for port, each in zip(self._past, kept, strict=True)}
        return np.asarray(logits, dtype=np.float32), named

    def _nothing(self, rows: int) -> dict[str, Any]:
        """A cache that holds no token yet."""
        kinds = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
        return {
            port.name: np.zeros((rows, port.shape[1], 0, port.shape[3]), dtype=kinds[port.type]) for port in self._past
        }

    def _readings(self, lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
        """Places of rows that are read together: of like length, and few where they are long."""
        here: list[int] = []
        for place in sorted(range(len(lengths)), key=lambda row: (lengths[row], row)):
            if here and (len(here) == batch_size or (len(here) + 1) * lengths[place] > READ_TOKENS):
                yield here
                here = []
            here.append(place)
        if here:
            yield here


def _lost(logits: "NDArray[np.float32]", targets: "NDArray[np.int64]") -> tuple[float, int, int]:
    learned = targets != IGNORED
    chosen, truth = logits[learned].astype(np.float64), targets[learned]
    if not len(truth):
        return 0.0, 0, 0
    highest = chosen.max(axis=1)
    total = highest + np.log(np.exp(chosen - highest[:, None]).sum(axis=1))
    nats = total - chosen[np.arange(len(truth)), truth]
    return float(nats.sum()), len(truth), int((chosen.argmax(axis=1) == truth).sum())
