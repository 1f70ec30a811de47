"""The files of a ModelScope model at a pinned revision, from the local cache or the hub."""

import json
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.training.bases import hub

ENDPOINT = "https://modelscope.cn"
CONNECT_SECONDS = 15.0
MOVING = ("", "master", "main")
"""Branches: what they name is another model tomorrow."""


def fetch(name: str, revision: str | None, patterns: tuple[str, ...], endpoint: str = ENDPOINT) -> tuple[Path, str]:
    """Folder with the files that match `patterns`, each checked against the SHA-256 the hub states, and the revision.

    HF_HUB_CACHE says where they are kept and HF_HUB_OFFLINE forbids asking, as for a Hugging Face id. ModelError for a
    model that is not there, that cannot be reached or comes damaged, and for a `revision` that is a branch.
    """
    from huggingface_hub import constants

    pinned = revision if revision and revision not in MOVING else None
    folder = Path(constants.HF_HUB_CACHE) / f"modelscope--{name.replace('/', '--')}" / (pinned or "none")
    if pinned and folder.is_dir():
        return folder, pinned
    if constants.HF_HUB_OFFLINE:
        raise _unreachable(name, "HF_HUB_OFFLINE is set")
    files = [entry for entry in _list(name, revision, endpoint) if entry.get("Type") != "tree"]
    if pinned is None:
        newest = max(files, key=lambda entry: entry.get("CommittedDate", 0), default={}).get("Revision", "a commit")
        found = f"model.base modelscope:{name} is not pinned (model.revision is {revision or 'empty'})"
        raise ModelError(found, "a commit or a tag", f"Set model.revision to {newest}")
    wanted = [entry for entry in files if any(fnmatch(entry["Path"], pattern) for pattern in patterns)]
    _download(name, pinned, wanted, folder, endpoint)
    return folder, pinned


def _list(name: str, revision: str | None, endpoint: str) -> list[dict[str, Any]]:
    query = urllib.parse.urlencode({"Revision": revision or MOVING[1], "Recursive": "true"})
    try:
        answer = json.loads(_read(f"{endpoint}/api/v1/models/{urllib.parse.quote(name)}/repo/files?{query}"))
        return list(answer["Data"]["Files"])
    except urllib.error.HTTPError as error:
        raise _no_such(name, revision, f"status {error.code}") from None
    except (OSError, ValueError) as error:
        raise _unreachable(name, type(error).__name__) from None
    except (KeyError, TypeError):
        raise _no_such(name, revision, str(answer.get("Message", "no files"))) from None


def _download(name: str, revision: str, files: list[dict[str, Any]], folder: Path, endpoint: str) -> None:
    """Aside first: a folder that is there is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix="aside-", dir=folder.parent))
    try:
        for entry in files:
            target = aside / entry["Path"]
            if not target.resolve().is_relative_to(aside.resolve()):
                raise ModelError(f"modelscope:{name} names a file outside its folder", "plain files", hub.INSTEAD)
            target.parent.mkdir(parents=True, exist_ok=True)
            query = urllib.parse.urlencode({"Revision": revision, "FilePath": entry["Path"]})
            _save(f"{endpoint}/api/v1/models/{urllib.parse.quote(name)}/repo?{query}", target)
            if (stated := entry.get("Sha256")) and digests.of_file(target) != stated:
                found = f"{entry['Path']} of modelscope:{name} came damaged"
                raise ModelError(found, f"SHA-256 {stated[:12]}", "Run it again, or use another mirror")
        aside.rename(folder)
    except OSError as error:
        raise _unreachable(name, type(error).__name__) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=CONNECT_SECONDS) as answer:  # noqa: S310 - the user's own setting
        return bytes(answer.read())


def _save(address: str, target: Path) -> None:
    with urllib.request.urlopen(address, timeout=CONNECT_SECONDS) as answer, target.open("wb") as stream:  # noqa: S310
        shutil.copyfileobj(answer, stream)


def _no_such(name: str, revision: str | None, reason: str) -> ModelError:
    at = f" at revision {revision}" if revision else ""
    found = f"model.base modelscope:{name}{at} is not a model that the hub lets us read ({reason})"
    return ModelError(found, "a ModelScope id", "Mend model.base or model.revision")


def _unreachable(name: str, reason: str) -> ModelError:
    found = f"model.base modelscope:{name} is not in the local cache, and the hub cannot be reached ({reason})"
    return ModelError(found, "a model that can be had offline", hub.INSTEAD)
