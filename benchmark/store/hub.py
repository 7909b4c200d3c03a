"""Runs that were published to a data set repository of the Hugging Face hub, read by their names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.errors import InputError, explained, first_line
from benchmark.escaping import printable
from benchmark.file_names import stays_inside

PREFIX: Final = "hub:"
"""Begins the name of a published run, as in ``hub:owner/name``."""
RECORDS: Final = ("run.json", "journal.jsonl", "summary.json")
"""The files that ``load_run`` reads."""
_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


@dataclass(frozen=True)
class PublishedRun:
    """A repository with a run.

    Attributes:
        name: ``owner/name``.
        revision: Branch, tag or commit; empty for the newest.
    """

    name: str
    revision: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(f"{printable(self.name)} is no repository of the hub; write OWNER/NAME")


def find_published(path: str | os.PathLike[str]) -> PublishedRun | None:
    """Returns the published run that is named, or ``None`` where a folder is.

    Args:
        path: A folder, or ``hub:owner/name`` or ``hub:owner/name@revision``.

    Raises:
        InputError: It begins as a published run and is none.
    """
    if not isinstance(path, str) or not path.startswith(PREFIX):
        return None
    name, _, revision = path.removeprefix(PREFIX).partition("@")
    return PublishedRun(name, revision)


def fetch_records(run: PublishedRun) -> Path:
    """Fetches the records of a published run, without its pictures, unless they are on this machine.

    Args:
        run: The run.

    Returns:
        The folder that they are in.

    Raises:
        InputError: The hub cannot be reached, or has no such repository or revision.
    """
    from huggingface_hub import snapshot_download

    with explained(f"cannot fetch {PREFIX}{run.name}", why_hub_failed):
        folder = snapshot_download(
            run.name, repo_type="dataset", revision=run.revision or None, allow_patterns=list(RECORDS)
        )
    return Path(folder)


def fetch_file(run: PublishedRun, folder: Path, path: str) -> Path:
    """Fetches one more file of a published run, unless it is here already.

    Args:
        run: The run.
        folder: What ``fetch_records`` returned.
        path: Path of the file in the run.

    Returns:
        The file on this machine.

    Raises:
        InputError: The path leads out of the run, the hub cannot be reached, or it has no such file.
    """
    from huggingface_hub import hf_hub_download

    # A path of somebody's records. Links are not followed: the cache of the hub's library keeps its files elsewhere.
    if not stays_inside(path):
        raise InputError(f"{printable(path)} does not lie in the folder of the run")

    with explained(f"cannot fetch {printable(path)} of {PREFIX}{run.name}", why_hub_failed):
        # The folder is named after the commit: a branch may have moved on since.
        return Path(hf_hub_download(run.name, path, repo_type="dataset", revision=folder.name))


def why_hub_failed(error: Exception) -> str:
    """Says why the hub's library did not do what was asked, in a few words."""
    from huggingface_hub.errors import OfflineModeIsEnabled, RepositoryNotFoundError, RevisionNotFoundError

    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set; unset it"
    if isinstance(error, RevisionNotFoundError):
        return "it has no such revision"
    if isinstance(error, RepositoryNotFoundError):
        return "there is no data set of this name that you may use"
    return first_line(error)
