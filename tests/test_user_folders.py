"""Users without a home, such as the bare number of a container's user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.models.weights_folders import weights_folders
from benchmark.protocol.data_directory import data_directory, is_frozen, is_kept_image
from benchmark.user_folders import cache_folder, home_for_imports

NAMELESS = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"]
# As in a container, this user may read what root has installed.
READING = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


@pytest.fixture
def nameless(monkeypatch):
    """No home: not in the environment, and not in the table of users."""

    def unknown(number: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for variable in (
        *("HOME", "XDG_CACHE_HOME", "HF_HOME"),
        *("STYLE_TRANSFER_BENCHMARK_WEIGHTS", "STYLE_TRANSFER_BENCHMARK_DATA"),
    ):
        monkeypatch.delenv(variable, raising=False)


def test_the_home_is_not_named_in_what_a_run_records(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "ann"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", raising=False)
    assert weights_folders().words == "~/.cache/style-transfer-benchmark/weights"
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", f"{tmp_path / 'annex'}:~/own")
    assert weights_folders().words == f"{tmp_path / 'annex'} or ~/own"


@pytest.mark.usefixtures("nameless")
class TestWithoutAHome:
    def test_there_is_no_cache_and_the_line_names_the_variable(self):
        assert cache_folder() is None
        assert weights_folders().folders == ()
        with pytest.raises(InputError, match="name a folder with STYLE_TRANSFER_BENCHMARK_WEIGHTS"):
            _ = weights_folders().own
        with pytest.raises(InputError, match="name a folder with STYLE_TRANSFER_BENCHMARK_DATA"):
            data_directory()

    def test_the_cache_that_the_environment_names_is_taken(self, monkeypatch, tmp_path):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert weights_folders().own == tmp_path / "style-transfer-benchmark" / "weights"
        assert data_directory() == tmp_path / "style-transfer-benchmark" / "data"

    def test_a_tilde_leads_nowhere(self, monkeypatch):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", "~/w")
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", "~/d")
        with pytest.raises(InputError, match="STYLE_TRANSFER_BENCHMARK_WEIGHTS names ~/w, and there is no such home"):
            _ = weights_folders().own
        with pytest.raises(InputError, match="STYLE_TRANSFER_BENCHMARK_DATA names ~/d, and there is no such home"):
            data_directory()

    def test_a_tilde_is_no_matter_to_a_command_that_needs_no_folder(self, command, monkeypatch, tmp_path):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", "~/w")
        Image.new("RGB", (32, 32)).save(tmp_path / "photo.png")
        result = command("similarity", "--image", tmp_path / "photo.png", "--prompt", "black")
        assert result.code == 0, result.err
        assert command("protocol", "show", "mini").code == 0

    @pytest.mark.parametrize("value", ["", "~/d"])
    def test_nothing_is_frozen_or_kept(self, monkeypatch, value):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", value)
        assert not is_frozen("wikiart")
        assert not is_kept_image(Path("anything"), "0" * 64)

    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            (("weights", "list"), 0, "not looked for in any folder: this user has no home folder"),
            (("weights", "fetch", "vgg19"), 2, "there is no folder for weights: this user has no home folder"),
            (("weights", "verify", "vgg19"), 2, "is not in any folder: this user has no home folder"),
            (("list", "protocols"), 0, "wikiart_small"),
            (("protocol", "show", "wikiart"), 0, "Twenty photographs"),
            (("protocol", "freeze", "wikiart"), 2, "STYLE_TRANSFER_BENCHMARK_DATA"),
        ],
    )
    def test_commands_say_so_where_they_need_one_and_only_there(self, command, arguments, code, words):
        result = command(*arguments)
        assert result.code == code
        assert words in result.out + result.err

    def test_data_sets_leave_no_folder_named_tilde(self, command, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", str(tmp_path / "data"))
        result = command("protocol", "freeze", "wikiart")
        assert result.code == 2
        assert result.error_lines[0].endswith("this user has no home folder; name a folder with HF_HOME")
        assert list(tmp_path.iterdir()) == []

    def test_a_package_that_asks_for_one_is_given_one_while_it_is_imported(self):
        with home_for_imports():
            assert Path.home() == Path(os.devnull)
        with pytest.raises(RuntimeError):
            Path.home()


def test_a_home_is_left_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    with home_for_imports():
        assert Path.home() == tmp_path
    assert os.environ["HOME"] == str(tmp_path)


def test_without_a_folder_for_temporary_files_the_line_says_what_to_set(tmp_path):
    # A read-only container without a mount for temporary files; PyTorch asks for one when it is imported.
    program = (
        "import tempfile\n"
        "tempfile._candidate_tempdir_list = lambda: ['/proc/none']\n"
        "from benchmark.cli.main import main\n"
        "main(['run', '--protocol', 'smoke', '--methods', 'identity'])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200
    )
    assert told.returncode == 2
    assert told.stderr.splitlines() == ["error: no folder for temporary files can be written; name one with TMPDIR"]


@pytest.mark.skipif(not shutil.which("setpriv") or os.geteuid() != 0, reason="only root can become a nameless user")
def test_a_nameless_user_gets_a_run_with_its_report(tmp_path):
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
        if parent.name.startswith("pytest-of-"):
            break
    variables = {name: value for name, value in os.environ.items() if name not in {"HOME", "XDG_CACHE_HOME"}}
    result = subprocess.run(
        [
            *(*NAMELESS, *READING, sys.executable, "-m", "benchmark", "run", "--protocol", "smoke"),
            *("--methods", "identity", "--metrics", "ssim", "--limit", "1"),
        ],
        cwd=tmp_path, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "runs" / "smoke" / "report" / "index.html").is_file()
