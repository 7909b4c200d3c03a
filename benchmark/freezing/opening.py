"""Opens a data set at the place that the user names."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

from benchmark.errors import InputError, explained
from benchmark.freezing.dataset_works import LoadedWorks, StreamedWorks
from benchmark.freezing.parquet_works import ParquetWorks
from benchmark.freezing.works import Works
from benchmark.protocol.recipe import DatasetSource
from benchmark.user_folders import cache_folder, no_home

_HF_HOME: Final = "HF_HOME"
"""Environment variable with the folder in which the packages that read data sets keep fetched files."""


class Place(StrEnum):
    """A place, other than a folder, from which a data set can be read."""

    HUB = "hub"
    """The parquet files on the hub, of which only the needed parts are fetched."""
    STREAM = "stream"
    """The hub, from the first row on: for data sets that are not stored as parquet."""
    CACHE = "cache"
    """The cache of ``datasets.load_dataset`` on this machine."""


def open_works(dataset: DatasetSource, place: str = Place.HUB, revision: str = "") -> Works:
    """Opens a data set.

    Args:
        dataset: The data set.
        place: A ``Place``, or the path of a local copy: a folder with parquet files or with images in folders, or one
            that ``save_to_disk`` wrote.
        revision: Sha or name of the revision, or an empty string for the newest; a local copy has none.

    Raises:
        InputError: It is not there or cannot be read, or there is no folder for fetched files.
    """
    if cache_folder() is None and not os.environ.get(_HF_HOME):
        # Without a home, those packages would make a folder named ~ in the current folder.
        raise InputError(f"the packages that read data sets need a cache, and {no_home(_HF_HOME)}")
    if place == Place.HUB:
        return _open_parquet_on_hub(dataset, revision)
    if place == Place.STREAM:
        return _open_stream(dataset, revision)
    if place == Place.CACHE:
        return _open_cache(dataset, revision)
    return _open_folder(dataset, Path(place))


def _open_parquet_on_hub(dataset: DatasetSource, revision: str) -> Works:
    from datasets import load_dataset_builder
    from huggingface_hub import HfFileSystem

    origin, sha = _resolve(dataset, revision)
    with explained(f"cannot read {origin}", advice=Works.advice):
        builder = load_dataset_builder(dataset.name, dataset.configuration or None, revision=sha)
    paths = _files_of_split(builder, dataset, origin)
    if not all(path.endswith(".parquet") for path in paths):
        raise InputError(f"{origin} is not stored as parquet files; read it from its beginning with --from stream")
    file_system = HfFileSystem()

    def open_file(path: str) -> BinaryIO:
        # No cache of the file system: its blocks around the few bytes of labels would add up to most of the data set.
        return cast("BinaryIO", file_system.open(path, "rb", cache_type="none"))

    return ParquetWorks(paths, open_file, origin, builder.info.features, sha)


def _open_stream(dataset: DatasetSource, revision: str) -> Works:
    from datasets import load_dataset

    origin, sha = _resolve(dataset, revision)
    with explained(f"cannot read {origin}", advice=Works.advice):
        stream = load_dataset(
            dataset.name, dataset.configuration or None, split=dataset.split, revision=sha, streaming=True
        )
    return StreamedWorks(stream, origin, sha)


def _open_cache(dataset: DatasetSource, revision: str) -> Works:
    from datasets.packaged_modules.cache.cache import Cache

    origin = f"data set {dataset.name} in the cache of the package datasets"
    with explained(f"cannot read {origin}", advice="load it with datasets.load_dataset, or use --from hub"):
        builder = Cache(
            dataset_name=dataset.name.rpartition("/")[2],
            repo_id=dataset.name,
            config_name=dataset.configuration or None,
            version="auto",
            hash=revision or "auto",
        )
        rows = builder.as_dataset(split=dataset.split)
    return LoadedWorks(rows, origin, str(builder.hash))


def _open_folder(dataset: DatasetSource, folder: Path) -> Works:
    from datasets import DatasetDict, load_dataset, load_dataset_builder, load_from_disk

    if not folder.is_dir():
        places = ", ".join(Place)
        raise InputError(
            f"--from {folder}: there is no such folder; name the folder of a local copy, or one of {places}"
        )
    origin = f"the data set in {folder}"
    advice = "it must hold parquet files, images in folders, or what save_to_disk wrote"
    with explained(f"cannot read {origin}", advice=advice):
        if any((folder / name).is_file() for name in ("state.json", "dataset_dict.json")):
            loaded = load_from_disk(str(folder))
            if isinstance(loaded, DatasetDict):
                if dataset.split not in loaded:
                    raise InputError(f"{origin} has no split {dataset.split!r}; there are: {', '.join(loaded)}")
                loaded = loaded[dataset.split]
            return LoadedWorks(loaded, origin)
        builder = load_dataset_builder(str(folder))
        paths = _files_of_split(builder, dataset, origin)
        if all(path.endswith(".parquet") for path in paths):
            return ParquetWorks(paths, _open_local, origin, builder.info.features)
        return LoadedWorks(load_dataset(str(folder), split=dataset.split), origin)


def _open_local(path: str) -> BinaryIO:
    return Path(path).open("rb")


def _resolve(dataset: DatasetSource, revision: str) -> tuple[str, str]:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import OfflineModeIsEnabled, RepositoryNotFoundError, RevisionNotFoundError

    hub = HfApi()
    host = urlsplit(hub.endpoint).netloc
    name = f"data set {dataset.name} at {revision or 'its newest revision'} on {host}"
    with explained(f"cannot reach {name}", advice="try again, or use a local copy with --from FOLDER"):
        try:
            sha = str(hub.dataset_info(dataset.name, revision=revision or None).sha)
        except OfflineModeIsEnabled as error:
            advice = "unset it, or use --from cache or --from FOLDER"
            raise InputError(f"cannot reach {name}: HF_HUB_OFFLINE is set; {advice}") from error
        except RevisionNotFoundError as error:
            advice = "use a copy with --from FOLDER"
            raise InputError(f"the hub has no revision {revision} of {dataset.name}; {advice}") from error
        except RepositoryNotFoundError as error:
            raise InputError(f"the hub has no data set {dataset.name} that you may read") from error
    return f"data set {dataset.name} at {sha[:12]} on {host}", sha


def _files_of_split(builder: Any, dataset: DatasetSource, origin: str) -> list[str]:
    files = builder.config.data_files or {}
    if dataset.split not in files:
        raise InputError(f"{origin} has no split {dataset.split!r}; there are: {', '.join(map(str, files))}")
    return [str(path) for path in files[dataset.split]]
