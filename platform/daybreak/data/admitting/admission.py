"""Admission: fix by digest what a project reads, before the first stage runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from daybreak import digests
from daybreak.data import reading, stage
from daybreak.data.admitting import batches
from daybreak.data.ingest import IngestParams
from daybreak.data.reading import huggingface, sql
from daybreak.data.reading.formats import PLAIN, SUFFIXES
from daybreak.data.reading.sources import (
    SAMPLE_LABELS,
    SHARDS,
    Batch,
    Request,
    Shard,
    Sources,
    read_sources,
    sample_folder,
    verified_shard,
    write_sources,
)
from daybreak.errors import DataError

MEND_PATH = "Mend ingest.path in params.yaml"


def admit(root: Path, params: IngestParams) -> Sources:
    """Copy what the source holds into data/shards/, named by content, and rewrite data/sources.yaml if it changed.

    The sample is read from its package in place. Raises DataError, before anything is written, when the source cannot
    be read or lacks one of the two columns.
    """
    request = params.request
    if request.source == "huggingface":
        own = _admit_dataset(root, params)
    elif request.source == "sql":
        own = _admit_query(root, params)
    else:
        own = survey(root, request)
        if request.source == "files":
            _copy(root, own, params)
    sources = compose(root, own)
    write_sources(root, sources)
    return sources


def is_current(root: Path, params: IngestParams) -> bool:
    """Whether admission would change nothing; a hub is not asked, so what was admitted of it stays current.

    A database is asked for what is new; without a watermark the whole query would have to run, so it never is current.
    """
    recorded = read_sources(root)
    request = params.request
    if recorded is None or recorded.request != request:
        return False
    if request.source == "sql":
        return request.watermark is not None and recorded == compose(root, _admit_query(root, params, keep=False))
    if request.source != "huggingface":
        return recorded == compose(root, survey(root, request))
    folder = local_folder(root, request)
    known = folder is None or _own(recorded).batches[0].origin == digest_of_folder(folder)
    return known and recorded == compose(root, _own(recorded))


def compose(root: Path, own: Sources) -> Sources:
    """The source's own batches and, after them, those that came through data/incoming/, without the excluded ones.

    Identical content counts once. What data/sources.yaml holds stays, also where the file that brought it is gone.
    """
    decisions = batches.read(root).decisions
    recorded = read_sources(root)
    came = [batch for batch in recorded.batches if batches.came_in(batch)] if recorded else []
    came += [decision.batch for decision in decisions if decision.state == "admitted"]
    passed_over = {decision.key for decision in decisions if decision.state == "excluded"}
    kept = [batch for batch in own.batches if batches.key_of(batch) not in passed_over]
    passed_over |= {batches.key_of(batch) for batch in kept}
    for batch in came:
        if batches.key_of(batch) not in passed_over:
            kept.append(batch)
            passed_over.add(batches.key_of(batch))
    restored = recorded.restored if recorded else ()
    return Sources(request=own.request, batches=tuple(kept), restored=restored, augmenting=_augmenting(root))


def _augmenting(root: Path) -> dict[str, str]:
    """What the training rows are made more with, so that dvc sees it change; what is missing, stage split names."""
    if not (root / "params.yaml").is_file():
        return {}
    named = {name: root / name for name in stage.section(root, "split").augment.reads}
    try:
        return {name: digest_of_folder(place) for name, place in named.items() if place.exists()}
    except OSError as error:
        found = f"{error.filename}, which split.augment names, cannot be read: {error.strerror}"
        raise DataError(found, "a file or folder that is open to you", "Mend split.augment in params.yaml") from None


def _own(sources: Sources) -> Sources:
    """Only what the source that params.yaml names brought."""
    own = tuple(batch for batch in sources.batches if not batches.came_in(batch))
    return Sources(request=sources.request, batches=own)


def survey(root: Path, request: Request) -> Sources:
    """The batches that stand in the source now, digested where they lie: one a file, ordered by name."""
    if request.source == "sample":
        folder = sample_folder()
        shards = tuple(_shard(folder / name, name) for name in SAMPLE_LABELS)
        return Sources(request=request, batches=(Batch(name="sample", source="sample", shards=shards),))
    found = sorted((_name(root, base, path), path) for base, path in _files(root, request.path or ""))
    own = tuple(Batch(name=name, source="files", shards=(_shard(path, name),)) for name, path in found)
    return Sources(request=request, batches=own)


def local_folder(root: Path, request: Request) -> Path | None:
    """The folder that a huggingface source names, or None when it names a dataset of the hub."""
    folder = root / Path(request.path or "").expanduser()
    return folder if folder.exists() else None


def digest_of_folder(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's (or one file's) files."""
    files = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return digests.of_files(files, below=folder.parent)


def _files(root: Path, pattern: str) -> Iterator[tuple[Path, Path]]:
    """(folder the search began in, file) for a file, a folder or a glob."""
    place = root / Path(pattern).expanduser()
    suffixes = (*SUFFIXES, *PLAIN) if pattern.lower().endswith(PLAIN) else SUFFIXES
    if place.is_file() and not pattern.lower().endswith(suffixes):
        raise DataError(f"ingest.path names {pattern}", f"a file ending in {', '.join(SUFFIXES)}", MEND_PATH)
    base, glob = (place, "**/*") if place.is_dir() else _fixed_part(place)
    arrivals = root / batches.INCOMING  # what lies there is checked first: it becomes batches of its own
    visible = [path for path in base.glob(glob) if not _hidden(path, base) and not path.is_relative_to(arrivals)]
    if not place.is_file():
        _refuse_what_is_no_file(visible, base)
    found = [path for path in visible if path.is_file()]
    usable = [path for path in found if path.name.lower().endswith(suffixes)]
    if not usable and base != arrivals:
        what = f"names {len(found)} files, none of a known kind" if found else "names nothing that is there"
        raise DataError(f"ingest.path {pattern} {what}", f"a file, folder or glob of {', '.join(SUFFIXES)}", MEND_PATH)
    yield from ((base, path) for path in usable)


def _refuse_what_is_no_file(paths: list[Path], base: Path) -> None:
    """A link in a folder must not bring what lies elsewhere: nobody who looks at the folder would know.

    Nor may anything that cannot be read be passed over in silence: a link to nothing or to itself, a pipe, a socket.
    """
    for path in paths:
        what, remedy = None, "Remove it, or put the file there that was meant"
        if not path.exists():
            what = "is a link that leads to no file"
        elif path.is_symlink() and not path.resolve().is_relative_to(base.resolve()):
            what = "is a link out of the folder that ingest.path names"
            remedy = "Copy the file there, or name its own place"
        elif not (path.is_file() or path.is_dir()):
            what = "is neither a file nor a folder"
        if what:
            raise DataError(f"{path.relative_to(base).as_posix()} {what}", "files of the folder itself", remedy)


def _fixed_part(place: Path) -> tuple[Path, str]:
    """A file or glob as the folder before its name or first wildcard, and the rest."""
    parts = place.parts
    wild = (number for number, part in enumerate(parts) if any(sign in part for sign in "*?["))
    first = next(wild, len(parts) - 1)
    return Path(*parts[:first]), "/".join(parts[first:])


def _hidden(path: Path, base: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(base).parts)


def _name(root: Path, base: Path, path: Path) -> str:
    """How people know a file: relative to the project, or to the folder that ingest.path names."""
    inside = path.resolve().is_relative_to(root.resolve())
    return (path.resolve().relative_to(root.resolve()) if inside else path.relative_to(base)).as_posix()


def _shard(path: Path, name: str) -> Shard:
    try:
        return Shard(name=name, sha256=digests.of_file(path), bytes=path.stat().st_size)
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror}", "a file that is there and open to you") from None


def _copy(root: Path, sources: Sources, params: IngestParams) -> None:
    """Bring every file of the source that is not there yet into data/shards/."""
    origin = {_name(root, base, path): path for base, path in _files(root, params.path or "")}
    found = [(origin[shard.name], shard) for batch in sources.batches for shard in batch.shards]
    _store_all(root, found, params)


def _store_all(root: Path, found: list[tuple[Path, Shard]], params: IngestParams) -> None:
    """Look into every file that is new before the first one is stored."""
    for path, shard in found:
        if not (root / SHARDS / shard.stored).is_file():
            reading.require(path, shard.name, params.columns)
    for path, shard in found:
        store(root, path, shard)


def store(root: Path, origin: Path, shard: Shard) -> None:
    """Copy one file into data/shards/ unless its content is there; what lands is what was digested."""
    target = root / SHARDS / shard.stored
    if target.is_file() and digests.of_file(target) == shard.sha256:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(origin, draft)
        if digests.of_file(draft) != shard.sha256:
            raise DataError(f"{shard.name} changed while it was read", "a file that is complete", "Prepare again")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _admit_dataset(root: Path, params: IngestParams) -> Sources:
    """Export a Hugging Face dataset, one Parquet shard a split; a known folder or revision is not exported again."""
    request = params.request
    folder = local_folder(root, request)
    origin = digest_of_folder(folder) if folder else None
    recorded = read_sources(root)
    if recorded and recorded.request == request and _is_kept(root, _own(recorded), request, origin):
        return _own(recorded)
    with TemporaryDirectory() as scratch:
        exported = huggingface.export(folder or request.path or "", request.subset, request.revision, Path(scratch))
        shards = tuple(_shard(path, path.name) for path in exported)
        _store_all(root, list(zip(exported, shards, strict=True)), params)
    name = request.path or ""
    name += f"@{request.revision}" if request.revision else ""
    return Sources(request=request, batches=(Batch(name=name, source="huggingface", shards=shards, origin=origin),))


def _admit_query(root: Path, params: IngestParams, *, keep: bool = True) -> Sources:
    """What earlier nights brought and, after it, one batch of what the query finds now; of a new query, all of it.

    Without a watermark that one batch takes the place of the last. Not to `keep` the rows is to look only.
    """
    request, recorded = params.request, read_sources(root)
    earlier = _own(recorded).batches if recorded and recorded.request == request and request.watermark else ()
    with TemporaryDirectory() as scratch:
        url = stage.source_url(root)
        found = sql.export(url, request.query or "", request.watermark, _since(root, earlier), Path(scratch))
        if found.file is None:
            return Sources(request=request, batches=earlier)
        name = f"sql-{len(earlier) + 1:04d}" if request.watermark else "sql"
        shard = _shard(found.file, f"{name}.parquet")
        if keep:
            _store_all(root, [(found.file, shard)], params)
    batch = Batch(name=name, source="sql", shards=(shard,), watermark=found.watermark)
    return Sources(request=request, batches=(*earlier, batch))


def _since(root: Path, earlier: tuple[Batch, ...]) -> sql.Since | None:
    if not earlier or earlier[-1].watermark is None:
        return None
    highest = earlier[-1].watermark
    files = (verified_shard(root, batch, batch.shards[0]) for batch in earlier if batch.watermark == highest)
    return sql.Since(highest, tuple(files))


def _is_kept(root: Path, recorded: Sources, request: Request, origin: str | None) -> bool:
    there = all((root / SHARDS / shard.stored).is_file() for batch in recorded.batches for shard in batch.shards)
    known = recorded.batches[0].origin == origin if origin else request.revision is not None
    return there and known
