"""The files of a Hugging Face model at a pinned commit, from the local cache or the hub."""

import re
from pathlib import Path

from daybreak.errors import ModelError

CONNECT_SECONDS = 5.0
INSTEAD = "Download it where there is a network, or point model.base at a local folder"


def fetch(name: str, revision: str | None, patterns: tuple[str, ...]) -> tuple[Path, str]:
    """Folder with the files that match `patterns`, and their commit; HF_ENDPOINT and HF_HUB_OFFLINE are respected.

    ModelError for a model that is not there, that cannot be reached, or whose `revision` is not one full commit hash.
    """
    from huggingface_hub import snapshot_download

    commit = revision if revision and re.fullmatch(r"[0-9a-f]{40}", revision) else None
    cached = _cached(name, commit) if commit else None
    if cached and commit:
        return cached, commit
    newest = _ask(name, revision)
    if commit is None:
        found = f"model.base {name} is not pinned (model.revision is {revision or 'empty'})"
        raise ModelError(found, "the full hash of one commit", f"Set model.revision to {newest}")
    return Path(snapshot_download(name, revision=commit, allow_patterns=list(patterns))), commit


def _cached(name: str, commit: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, revision=commit, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    except HFValidationError:
        raise _no_such(name) from None
    return folder if any(folder.glob("*.safetensors")) else None


def _ask(name: str, revision: str | None) -> str:
    """The commit that `revision` (the default branch if None) stands for, by one short question to the hub."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return str(HfApi().model_info(name, revision=revision, timeout=CONNECT_SECONDS).sha)
    except (HfHubHTTPError, HFValidationError):
        raise _no_such(name, revision) from None
    except Exception as error:  # of whichever HTTP library the hub's client uses
        found = f"model.base {name} is neither a local folder nor in the local cache, and the hub cannot be reached"
        raise ModelError(f"{found} ({type(error).__name__})", "a model that can be had offline", INSTEAD) from None


def _no_such(name: str, revision: str | None = None) -> ModelError:
    at = f" at revision {revision}" if revision else ""
    found = f"model.base {name}{at} is neither a local folder nor a model that the hub lets us read"
    return ModelError(
        found, "a folder, a Hugging Face id, daybreak/<name> or scratch", "Mend model.base or model.revision"
    )
