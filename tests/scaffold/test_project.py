"""A plugin's first files."""

from __future__ import annotations

import ast
import tomllib

import pytest

from benchmark.errors import InputError
from benchmark.scaffold.project import Project, ProjectKind, write_project

KINDS = pytest.mark.parametrize("kind", ProjectKind)


class TestNames:
    def test_are_derived_from_one(self):
        project = Project(ProjectKind.METHOD, "neural_neighbour2")
        assert (project.distribution, project.class_name, project.title) == (
            "neural-neighbour2",
            "NeuralNeighbour2",
            "Neural neighbour2",
        )

    @pytest.mark.parametrize(
        "name", ["", "Neural", "2d_style", "a__b", "_a", "a_", "a-b", "a b", "../a", "a/b", "é", "a" * 61, "a\n"]
    )
    def test_that_are_no_snake_case_are_refused(self, name):
        with pytest.raises(InputError, match="cannot be the name of a method: use up to 60"):
            Project(ProjectKind.METHOD, name)

    @pytest.mark.parametrize("name", ["json", "class", "torch", "benchmark", "methods", "statistics"])
    def test_that_would_hide_a_module_are_refused(self, name):
        with pytest.raises(InputError, match="is called so"):
            Project(ProjectKind.METRIC, name)


class TestFiles:
    @KINDS
    def test_the_entry_point_names_the_class_in_the_file(self, kind, tmp_path):
        write_project(Project(kind, "first_try"), tmp_path)
        pyproject = tomllib.loads((tmp_path / "pyproject.toml").read_text())
        ((name, reference),) = pyproject["project"]["entry-points"][f"style_transfer_benchmark.{kind.plugin}s"].items()
        module, class_name = reference.split(":")
        tree = ast.parse((tmp_path / "src" / f"{module.replace('.', '/')}.py").read_text())
        assert name == "first_try"
        assert class_name in {node.name for node in tree.body if isinstance(node, ast.ClassDef)}

    @KINDS
    def test_every_link_of_the_readme_leads_to_a_file(self, kind, tmp_path):
        write_project(Project(kind, "first_try"), tmp_path)
        assert f"(src/first_try/{kind.plugin}.py)" in (tmp_path / "README.md").read_text()
        assert (tmp_path / "src" / "first_try" / f"{kind.plugin}.py").is_file()

    def test_an_empty_folder_is_filled(self, tmp_path):
        files = write_project(Project(ProjectKind.METHOD, "first_try"), tmp_path)
        assert files == sorted(path for path in tmp_path.rglob("*") if path.is_file())

    def test_a_folder_with_something_in_it_is_left_alone(self, tmp_path):
        (tmp_path / "notes.txt").write_text("mine")
        with pytest.raises(InputError, match="exists already"):
            write_project(Project(ProjectKind.METHOD, "first_try"), tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]

    def test_a_file_in_the_way_is_left_alone(self, tmp_path):
        (tmp_path / "taken").write_text("mine")
        with pytest.raises(InputError, match="exists already"):
            write_project(Project(ProjectKind.METHOD, "first_try"), tmp_path / "taken")
