"""The equipment of a process that executes tasks: networks, images, methods and metrics, each loaded once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from benchmark.errors import InputError
from benchmark.execution.bench.inputs import CaseInputs, copy_of
from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.execution.bench.scoring import Scorer
from benchmark.execution.bench.set_scoring import SetScorer
from benchmark.execution.bench.stylization import Stylizer
from benchmark.images import open_image, to_tensor
from benchmark.method_source import MadePictures, ReadPicture
from benchmark.models.provider import Models
from benchmark.plan.configuration import RunConfiguration
from benchmark.protocol.case import Case

_PICTURES_OF_CONTROLS: Final = 8


class Workbench:
    """The networks, methods and metrics of a run in this process.

    Args:
        configuration: The run.
        directory: The folder of the run, whose finished images are read.
        report: Is told each step that is begun, and each image that was made.
        copies: Folder with copies of the protocol's images, on a machine that does not have them.

    Attributes:
        device: Device of the computations.
        load: Observer of the machine's load.
        inputs: The images of the cases.
        stylizer: The methods.
        scorer: The metrics that score case by case.
        set_scorer: The set metrics.
        report: Is told each step that is begun, and each image that was made.
        pictures: The pictures of the methods whose pictures exist, by method.
    """

    def __init__(
        self,
        configuration: RunConfiguration,
        directory: Path,
        report: Callable[[Any], None],
        copies: Path | None = None,
    ) -> None:
        protocol = configuration.protocol
        self.device = torch.device(configuration.device)
        self.report = report
        self.load = MachineLoad()
        models = Models(configuration.models, self.device)
        self.inputs = CaseInputs(protocol.resolution, self.device, copies)
        methods = {method.name: method for method in configuration.methods}
        self.stylizer = Stylizer(methods, models, report, self.load, configuration.precision)
        self.scorer = Scorer(configuration.metrics, protocol.styles, models, report)
        self.set_scorer = SetScorer(configuration.metrics, models, self.inputs, self.finished_image, report)
        self.pictures = configuration.pictures
        self._controls = {name for name, method in methods.items() if method.info and method.info.control}
        self._of_controls: deque[Tensor] = deque(maxlen=_PICTURES_OF_CONTROLS)
        self._directory = directory
        self._copies = copies

    def finished_image(self, path: str) -> Tensor:
        """Reads an image that the run has made, 3×H×W in [0, 1].

        Args:
            path: Where it is, relative to the run's folder.

        Raises:
            InputError: It cannot be read.
        """
        return to_tensor(open_image(self._directory / path)).to(self.device)

    def repeated(self, method: str, image: Tensor) -> Tensor:
        """Returns the same tensor for the same picture of a control, so that networks see it once.

        The content unchanged comes again with the next style, a style with the next content. Other methods make every
        picture anew, and would only take memory from what is measured.

        Args:
            method: Name of the method that made it.
            image: A stylized image, 3×H×W in [0, 1].

        Returns:
            One of the last few stylized images of controls if it is equal, else the image.
        """
        if method not in self._controls:
            self._of_controls.clear()
            return image
        for known in self._of_controls:
            if torch.equal(known, image):
                return known
        self._of_controls.append(image)
        return image

    def read_picture(self, pictures: MadePictures, case: Case, content: Tensor) -> ReadPicture:
        """Reads the picture of a case that was made elsewhere.

        Args:
            pictures: The pictures of the method.
            case: A case that they do not skip.
            content: Its content, 3×H×W, whose size the picture must have.

        Raises:
            InputError: It cannot be read, or has another aspect.
        """
        file = pictures.file(case.id)
        if file is None:
            raise InputError(f"there is no picture of {case.id}")
        height, width = content.shape[-2:]
        return pictures.read(case, copy_of(file, self._copies) if self._copies else file, (width, height))
