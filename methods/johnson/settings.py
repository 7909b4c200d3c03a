"""Settings of `Johnson`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import InputError
from benchmark.settings import FilePath, check_settings


@dataclass(frozen=True)
class JohnsonSettings:
    """Settings of `Johnson`.

    Attributes:
        weights: A file of weights in place of the shipped ones: of `tools/train_johnson.py`, or of pytorch/examples.
        style: Id of the style that the weights were trained for, for a file that does not say; empty for every style.
    """

    weights: FilePath = ""
    style: str = ""

    def __post_init__(self) -> None:
        """Checks the values, and that the file holds transform networks.

        Raises:
            ValueError: A value is of the wrong type, the file is not there, or it holds something else.
        """
        check_settings(self)
        if self.style and not self.weights:
            raise ValueError("style is for a file of weights that does not say which style it is of: set weights too")
        if self.weights:
            if not self.file.is_file():
                raise ValueError(f"weights: there is no file {self.weights}")
            # Loads torch, which no command without such a file should wait for.
            from benchmark.models.transform_network_file import read_transform_networks

            try:
                networks = read_transform_networks(self.file)
            except InputError as error:
                raise ValueError(f"weights: {error}") from error
            if self.style and networks.paintings:
                raise ValueError(
                    f"style: {self.weights} says that it was trained for {networks.paintings[0].title}; leave it out"
                )

    @property
    def file(self) -> Path:
        """Path of the file of weights."""
        return Path(self.weights).expanduser()
