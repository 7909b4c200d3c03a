"""Answers to the usual questions about a run, which the run and its table of results give alike."""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.analysis.comparison import MethodComparison, compare_methods
from benchmark.analysis.distinguishing_cases import distinguishing_cases
from benchmark.analysis.tidy_tables import tabulate_comparisons, tabulate_means
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.interface.case_pictures import CasePictures, ShownPicture
from benchmark.store.records import CaseRecord, RunRecords, UnitStatus
from benchmark.store.run_files import find_file
from benchmark.suggestion import suggest
from benchmark.wording import repetition

if TYPE_CHECKING:
    import pandas as pd
    from PIL import Image


class Answers:
    """Answers from the records of a run; nothing is scored or run for them."""

    @property
    @abstractmethod
    def _records(self) -> RunRecords:
        """The records of the run."""

    @functools.cached_property
    def _comparisons(self) -> list[MethodComparison]:
        return compare_methods(self._records)

    def summary(self) -> pd.DataFrame:
        """The means of all methods by all metrics and costs, in the order of the report.

        Means over different cases do not compare; ``cases`` tells.

        Returns:
            One row per ``metric`` and ``method``, controls last. ``mean`` is over the ``cases`` with a score, of so
            many ``contents`` and ``styles``; ``low`` and ``high`` are its 95 % interval, missing where there is none,
            as with one content. ``question`` is what the metric asks (content, style, text, other, cost), and
            ``direction`` its good end. Of ``circular`` scores the method optimised the network, and ``warning`` is why
            a number says little.

        Raises:
            InputError: The folder holds no run any more, or ``run.json`` is damaged.
        """
        return tabulate_means(self._records)

    def compare(self, first: str | None = None, second: str | None = None) -> pd.DataFrame:
        """Compares two methods by every metric that ranks, paired on the cases that both have a score for.

        These are the comparisons of the report and of ``benchmark compare``, corrected for all pairs of the run.

        Args:
            first: Name of a method or variant; ``None`` for every one.
            second: Name of another; ``None`` for every other one.

        Returns:
            One row per metric and pair. ``difference`` is the mean of ``first`` − ``second``; ``low`` and ``high`` are
            its interval at the level at which Holm's procedure tests this pair, ``p_holm`` is the corrected ``p``.
            ``better`` names the method that is shown to be better, or says ``cannot be told``; ``detectable`` is then
            the smallest difference that such cases show four times in five. ``effect`` is the rank-biserial
            correlation, 1 where ``first`` is better in every case; ``first_wins`` and ``second_wins`` count cases.
            ``circular`` names those that optimised the network of the metric, and ``note`` says how ranks contradict
            the mean.

        Raises:
            InputError: A name is unknown, is that of a control, or is given twice; or the two have no scores of one
                case.
        """
        compared = [self._compared(name) for name in (first, second) if name is not None]
        if len(set(compared)) < len(compared):
            raise InputError(f"{compared[0]} is compared with itself; name two methods")
        found = [one for one in self._comparisons if {*compared} <= {one.first, one.second}]
        if compared and not found:
            with_whom = f"and {compared[1]}" if len(compared) == 2 else "and any other method"
            raise InputError(f"{compared[0]} {with_whom} have no scores of the same case by a metric that ranks")
        return tabulate_comparisons(
            self._records,
            [one if first in (None, one.first) and second in (None, one.second) else one.mirrored() for one in found],
        )

    def picture(self, case: str, method: str) -> Image.Image:
        """The stylized picture of a case.

        Args:
            case: Name of the case, as in the table of results.
            method: Name of the method, variant or control.

        Raises:
            InputError: A name is unknown, the method has no picture of the case (it failed, it skipped it, or it has
                not run yet; the message says why), or the file cannot be read.
        """
        self._case(case)
        known = [record.name for record in self._records.methods]
        self._require_known("method", method, known)
        return self._stylized(case, method)

    def content_picture(self, case: str) -> Image.Image:
        """The content of a case, as the methods got it.

        Args:
            case: Name of the case.

        Raises:
            InputError: The case is unknown, or the file cannot be read.
        """
        content = self._case(case).content
        facts = next((facts for facts in self._records.contents if facts.get("id") == content), {})
        return self._open(facts.get("thumbnail"), f"content {content}")

    def style_pictures(self, case: str) -> list[Image.Image]:
        """The style images of a case: one, several of a mix of styles, or none where the style is a prompt alone.

        Args:
            case: Name of the case.

        Raises:
            InputError: The case is unknown, or a file cannot be read.
        """
        return [self._open(path, f"style {name}") for name, path in self._styles(self._case(case))]

    def show(self, case: str | None = None) -> CasePictures:
        """A case as a row of pictures for a notebook: content, styles, then what each method and control made of it.

        Args:
            case: Name of the case; ``None`` for the one that tells the methods apart best.

        Raises:
            InputError: The case is unknown, or the run has none.
        """
        record = self._best_case() if case is None else self._case(case)
        made = sorted(self._records.methods, key=lambda method: method.control)
        return CasePictures(
            record.id,
            record.prompt,
            (
                ShownPicture.of(f"content: {record.content}", lambda: self.content_picture(record.id)),
                *(
                    ShownPicture.of(f"style: {name}", functools.partial(self._open, path, f"style {name}"))
                    for name, path in self._styles(record)
                ),
                *(
                    ShownPicture.of(method.name, functools.partial(self._stylized, record.id, method.name))
                    for method in made
                ),
            ),
        )

    def _compared(self, name: object) -> str:
        """Returns the name of a method that is compared with others.

        Raises:
            InputError: It is no such name.
        """
        methods = {method.name: method for method in self._records.methods}
        known = self._require_known("method", name, methods)
        if methods[known].control:
            raise InputError(f"{known} is a control: it marks an end of a scale and is not compared")
        return known

    def _case(self, name: object) -> CaseRecord:
        cases = {case.id: case for case in self._records.cases}
        return cases[self._require_known("case", name, cases)]

    def _require_known(self, kind: str, name: object, known: Collection[str]) -> str:
        if not isinstance(name, str):
            raise InputError(f"a {kind} is given by its name, not as {type(name).__name__}")
        if name not in known:
            raise InputError(f"the run has no {kind} {printable(name)}{suggest(name, map(printable, known))}")
        return name

    def _best_case(self) -> CaseRecord:
        if not self._records.cases:
            raise InputError(f"{printable(self._records.directory)} has no cases")
        return next(iter(distinguishing_cases(self._records, 1)), self._records.cases[0])

    def _styles(self, case: CaseRecord) -> list[tuple[str, object]]:
        """The names of the style images of a case, and where the run keeps them."""
        kept = {facts.get("id"): facts.get("thumbnail") for facts in self._records.styles}
        names = [style.get("id") for style in case.styles] or [case.style]
        return [(str(name), kept[name]) for name in names if kept.get(name)]

    def _stylized(self, case: str, method: str) -> Image.Image:
        units = self._records.units
        found = units[(units["method"] == method) & (units["case"] == case)]
        pair = f"{printable(method)} has no picture of {printable(case)}"
        if found.empty:
            command = self._records.provenance.get("command") or ()
            advice = repetition(command, "continues it", "the command that started the run")
            raise InputError(f"{pair}: it has not run yet; {advice}")
        unit = found.iloc[-1]
        if unit["status"] != UnitStatus.OK:
            words = "it failed" if unit["status"] == UnitStatus.FAILED else "it skipped the case"
            raise InputError(f"{pair}: {words}: {printable(unit['error'] or 'no reason was recorded')}")
        return self._open(unit["image"], pair)

    def _open(self, path: object, name: str) -> Image.Image:
        from benchmark.images import open_image

        if not isinstance(path, str) or not path:
            raise InputError(f"{printable(name)}: no picture is recorded")
        return open_image(self._file(path))

    def _file(self, path: str) -> Path:
        """Returns the file of the run that a path names.

        Raises:
            InputError: It is outside the folder of the run.
        """
        try:
            file = find_file(path, self._records.directory, self._records.folders)
        except (OSError, ValueError):
            file = None
        if file is None:
            raise InputError(f"{printable(path)} does not lie in the folder of the run")
        return file
