"""Checks of the promises that every report format makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from benchmark.contracts import Report, ReportInfo
from benchmark.testing.sample import sample_records
from benchmark.testing.static import check_light_import, check_names

_HOSTILE = "<script>alert('x')</script> \"quoted\" & £ 漢字 \u202eright to left"


class ReportConformance:
    """Checks of a report format.

    Attributes:
        plugin: The report's class.
    """

    plugin: ClassVar[type[Report]]

    def test_states_its_facts(self) -> None:
        assert isinstance(self.plugin.info, ReportInfo)
        check_names(self.plugin.info)

    def test_loads_no_torch_when_imported(self) -> None:
        check_light_import(self.plugin)

    def test_writes_a_file_into_the_destination(self, tmp_path: Path) -> None:
        destination = tmp_path / "report"
        destination.mkdir()
        path = self.plugin().write([sample_records(tmp_path / "run")], destination)
        assert path.is_file()
        assert path.is_relative_to(destination)
        assert path.stat().st_size > 0

    def test_takes_the_choices_that_its_facts_promise(self, tmp_path: Path) -> None:
        records = sample_records(tmp_path / "run")
        make: Any = self.plugin
        choices: dict[str, Any] = {"inline": True} if self.plugin.info.inline else {}
        if self.plugin.info.chosen:
            choices |= {"cases": (records.cases[0].id,), "methods": (records.methods[0].name,)}
        destination = tmp_path / "report"
        destination.mkdir()
        assert make(**choices).write([records], destination).is_file()

    def test_renders_a_run_whose_pictures_are_gone(self, tmp_path: Path) -> None:
        records = sample_records(tmp_path / "run")
        for picture in (tmp_path / "run").rglob("*.png"):
            picture.unlink()
        destination = tmp_path / "report"
        destination.mkdir()
        assert self.plugin().write([records], destination).is_file()

    def test_escapes_what_plugins_and_users_wrote(self, tmp_path: Path) -> None:
        destination = tmp_path / "report"
        destination.mkdir()
        path = self.plugin().write([sample_records(tmp_path / "run", text=_HOSTILE)], destination)
        if path.suffix == ".html":
            assert "<script>alert" not in path.read_text(encoding="utf-8")
