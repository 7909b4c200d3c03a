"""Publishes a run's folder as a data set repository of the Hugging Face hub."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.errors import InputError, explained
from benchmark.escaping import encodable, one_line, printable
from benchmark.interface.run_check import RunCheck, State
from benchmark.store.hub import PREFIX, PublishedRun, why_hub_failed
from benchmark.store.run_directory import RunDirectory
from benchmark.wording import NOT_STATED, format_count

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords

FOLDERS: Final = ("images", "inputs", "report")
"""Folders of a run that are published; what plugins print, in ``logs/``, stays."""
PRIVATE: Final = frozenset({"mlflow.json", "wandb.json", "tensorboard.json"})
"""Files of ``report/`` that stay: they say where the run was logged, which is the concern of who logged it."""
CARD: Final = "README.md"
LICENCES: Final = "licences.csv"
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|~-])")


def publish_run(path: Path, name: str, *, private: bool, as_is: bool = False) -> str:
    """Publishes a run: its records, pictures and report, a list of licences, and a page that says what it is.

    Everything is one commit, in which files of an earlier run in the repository are removed. The repository is made if
    it is not there.

    Args:
        path: Folder of the run.
        name: ``owner/name`` of the repository.
        private: Whether a repository that is made is private.
        as_is: Whether to publish a run that is not finished or not sound.

    Returns:
        Address of the commit.

    Raises:
        InputError: It is no run, something is wrong with it, or the hub does not take it.
    """
    target = PublishedRun(name)
    check = RunCheck(path)
    problems = [line for state, line in check.findings() if state is State.PROBLEM]
    if problems and not as_is:
        more = f" (and {format_count(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
        raise InputError(f"{printable(path)}: {one_line(problems[0])}{more}; mend it, or publish it with --as-is")
    files = {file.relative_to(path).as_posix(): file for file in _files(path)}
    written = {CARD: _card(check.records, target.name), LICENCES: _licences(check.records)}

    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    hub = HfApi()
    with explained(f"cannot publish to {target.name}", why_hub_failed):
        hub.create_repo(target.name, repo_type="dataset", private=private, exist_ok=True)
        there = set(hub.list_repo_files(target.name, repo_type="dataset"))
        commit = hub.create_commit(
            target.name,
            [
                *(CommitOperationAdd(address, file) for address, file in files.items()),
                *(CommitOperationAdd(address, encodable(text).encode()) for address, text in written.items()),
                *(
                    CommitOperationDelete(address)
                    for address in sorted(there - files.keys() - written.keys() - {".gitattributes"})
                ),
            ],
            commit_message="Publish a run of style-transfer-benchmark",
            repo_type="dataset",
        )
    return str(commit.commit_url)


def _files(path: Path) -> Iterator[Path]:
    """The files of a run that are published; a link could lead to somebody's other files."""
    found = [*RunDirectory(path).files, *(file for folder in FOLDERS for file in sorted((path / folder).rglob("*")))]
    private = {path / "report" / name for name in PRIVATE}
    return (
        file
        for file in found
        if file not in private and file.is_file() and file.resolve() == path.resolve() / file.relative_to(path)
    )


def _card(run: RunRecords, name: str) -> str:
    protocol = run.protocol
    fingerprint = re.sub("[^0-9A-Za-z]", "", str(protocol["fingerprint"]))
    methods = "\n".join(
        f"- {_plain(method.title or method.name)}, version {_plain(method.version)}" for method in run.methods
    )
    return f"""---
license: other
license_name: several
license_link: {LICENCES}
tags:
- style-transfer
- style-transfer-benchmark
---

# A run of {_plain(protocol["name"])} {_plain(protocol["version"])}

Fingerprint `{fingerprint}`: its scores compare with those of runs of the same one.
{format_count(len(run.cases), "case")}, seed {_plain(run.provenance.get("seed"))}, status {run.status}.

{methods}

```python
import benchmark

table = benchmark.load_run("{PREFIX}{name}")  # one row per unit, one column per metric
```

Contents, styles and networks have licences of their own: [{LICENCES}]({LICENCES}). The report is `report/index.html`.
"""


def _licences(run: RunRecords) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["kind", "name", "title", "creator", "licence", "source"])
    for kind, pictures in (("content", run.contents), ("style", run.styles)):
        for picture in pictures:
            facts = [picture.get("id"), picture.get("title"), picture.get("creator") or picture.get("artist")]
            writer.writerow(_row(kind, *facts, picture.get("licence") or NOT_STATED, picture.get("source")))
    for method in run.methods:
        writer.writerow(
            _row("method", method.name, method.title, method.paper, method.licence or NOT_STATED, method.url)
        )
    for model in run.models:
        writer.writerow(_row("network", model.name, model.title, "", model.licence or NOT_STATED, model.source))
    return file.getvalue()


def _row(*facts: Any) -> list[str]:
    return [one_line(str("" if fact is None else fact)) for fact in facts]


def _plain(text: object) -> str:
    """Returns text without markup, for Markdown that may hold HTML."""
    return _MARKUP.sub(r"\\\1", html.escape(one_line(str(text))))
