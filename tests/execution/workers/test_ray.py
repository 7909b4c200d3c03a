"""Workers on a Ray cluster make the run that worker processes of this machine make, whatever happens to them."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from torchvision.models import vgg19

from benchmark.cli.main import main
from benchmark.contracts import MethodResources
from benchmark.errors import InputError
from benchmark.execution.tasks.task import ImageMade, TaskEnded
from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.execution.workers.ray_executor import RayExecutor
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.models.weights_folders import WEIGHTS_VARIABLE
from benchmark.plan.configuration import RunConfiguration, SelectedMetric
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.selection import configure_run
from benchmark.registry import PluginKind, select_plugins
from benchmark.store.journal import read_journal
from tests.conftest import SAMPLE_PLUGINS
from tests.execution.conftest import TINY, assert_same_results, is_running, results, wait_for
from tools.published_weights import served, write_features

ray = pytest.importorskip("ray")

METHODS = "dawdles,noisy,blend,identity"
UNITS = 20
SECONDS = 400

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A run of the local executor."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SAMPLE_PLUGINS))
        with pytest.raises(SystemExit, match="0"):
            main([*TINY, "--methods", METHODS, "--threads", "1", "--out", str(folder)])
    return folder


@pytest.fixture
def on_ray(tiny, sample_plugins, monkeypatch):
    """Runs the tiny protocol on a Ray cluster that is started for it, by default with two workers."""
    monkeypatch.setenv("PYTHONPATH", str(sample_plugins))

    def run(methods: str, *arguments: str | Path):
        return tiny(methods, "--executor", "ray", "--workers", "2", "--threads", "1", *arguments)

    return run


@pytest.fixture
def start_on_ray(start):
    """Starts the same in a process of its own."""

    def run(methods: str, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        return start(methods, "--executor", "ray", "--workers", "2", "--threads", "1", *arguments, **environment)

    return run


def finished_units(run: Path) -> int:
    return len(read_journal(run / "journal.jsonl")[0])


def actors(process: psutil.Process) -> list[psutil.Process]:
    """The processes of the workers on Ray below a process."""
    found = []
    for child in process.children(recursive=True):
        try:
            if child.name().startswith("ray::Remote") or "ray::RemoteWorker" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found


class TestARunOnRay:
    def test_makes_the_results_images_and_logs_of_worker_processes(self, on_ray, undisturbed, tmp_path):
        result = on_ray(METHODS)

        assert result.code == 0, result.err
        assert_same_results(tmp_path / "run", undisturbed)
        for method in METHODS.split(","):
            logs = [run / "logs" / f"{method}.log" for run in (tmp_path / "run", undisturbed)]
            ray_lines, local_lines = (sorted(log.read_text().splitlines()) for log in logs)
            # A second worker warms up once more, and says so; set metrics score wherever there is room.
            assert set(ray_lines) == set(local_lines)
        assert "Ray" not in result.err + result.out
        assert not ray.is_initialized()

    def test_is_continued_by_worker_processes(self, on_ray, tiny, undisturbed, tmp_path):
        on_ray(METHODS, "--limit", "2")
        result = tiny(METHODS)
        assert result.code == 0
        assert "continuing: 8 of 20" in result.err
        assert_same_results(tmp_path / "run", undisturbed)

    def test_continues_what_worker_processes_began(self, on_ray, tiny, undisturbed, tmp_path):
        tiny(METHODS, "--threads", "1", "--limit", "2")
        result = on_ray(METHODS)
        assert result.code == 0
        assert "continuing: 8 of 20" in result.err
        assert_same_results(tmp_path / "run", undisturbed)

    def test_scores_images_that_were_made_elsewhere(self, on_ray, tiny, tmp_path, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(tmp_path / "count"))
        monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "crash")
        metrics = ("--metrics", "crashing_metric,brightness_gap")
        assert tiny("dawdles", *metrics, "--threads", "1").code == 4
        made = (tmp_path / "count").read_text()

        monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
        assert on_ray("dawdles", *metrics).code == 0
        assert (tmp_path / "count").read_text() == made
        assert results(tmp_path / "run").crashing_metric.notna().all()

    def test_a_picture_made_elsewhere_that_cannot_be_read_costs_its_unit(self, on_ray, undisturbed, tmp_path):
        shutil.copytree(undisturbed / "images" / "blend", tmp_path / "theirs")
        broken = tmp_path / "theirs" / "waves--cold.png"
        broken.unlink()
        broken.symlink_to("nowhere.png")
        result = on_ray("identity", "--pictures", f"theirs={tmp_path / 'theirs'}")
        assert result.code == 4, result.err
        table = results(tmp_path / "run")
        failed = table[table.status == "failed"]
        assert list(failed.case) == ["waves--cold"]
        assert "waves--cold.png" in failed.error.iloc[0]
        assert list(table[(table.method == "theirs") & (table.status == "ok")].case) == [
            "waves--warm", "hills--warm", "hills--cold"
        ]  # fmt: skip

    def test_ends_what_takes_too_long(self, on_ray, tmp_path):
        assert on_ray("hangs,noisy", "--timeout", "4").code == 4

        table = results(tmp_path / "run")
        assert set(table[table.status == "failed"].error) == {"took longer than 4 s"}
        assert table[table.method == "noisy"].status.eq("ok").all()
        assert "in harm" in (tmp_path / "run" / "logs" / "hangs.log").read_text()


class TestALostWorker:
    def test_costs_another_try_and_no_result(self, start_on_ray, undisturbed, tmp_path):
        process = start_on_ray(METHODS, SAMPLE_PLUGINS_SECONDS="1")
        wait_for(lambda: finished_units(tmp_path / "run"), SECONDS)
        victim = actors(psutil.Process(process.pid))[0]
        children = victim.children(recursive=True)
        victim.kill()

        _, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        assert_same_results(tmp_path / "run", undisturbed)
        wait_for(lambda: not any(is_running(child.pid) for child in children))


def test_a_lost_run_ends_its_cluster_and_is_continued_by_worker_processes(start_on_ray, tiny, undisturbed, tmp_path):
    process = start_on_ray(METHODS, SAMPLE_PLUGINS_SECONDS="1")
    wait_for(lambda: finished_units(tmp_path / "run"), SECONDS)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert actors(psutil.Process()) == []

    wait_for(lambda: not any(is_running(child.pid) for child in children), SECONDS)
    assert tiny(METHODS).code == 0
    assert_same_results(tmp_path / "run", undisturbed)


NODE = {"num_cpus": 1, "object_store_memory": 100 * 2**20}


@pytest.fixture
def cluster(sample_plugins, monkeypatch):
    """A cluster of one node with room for one worker."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", str(sample_plugins))
    monkeypatch.setenv("SAMPLE_PLUGINS_SECONDS", "1.5")
    cluster = Cluster(initialize_head=True, head_node_args=NODE)
    yield cluster
    cluster.shutdown()


class TestWeights:
    """The command has a network that no node has."""

    @pytest.fixture
    def there(self, monkeypatch, tmp_path):
        """The weights folder of every node that starts from now on."""
        monkeypatch.setenv(WEIGHTS_VARIABLE, str(tmp_path / "there"))
        return tmp_path / "there"

    @pytest.fixture
    def configuration(self, sample_plugins, monkeypatch, tmp_path):
        """A run whose metric needs VGG-19; its weights, random ones, lie in the folder of the command."""
        here = tmp_path / "here"
        here.mkdir()
        monkeypatch.setenv(WEIGHTS_VARIABLE, str(here))
        model = find_model("vgg19")
        write_features(vgg19(weights=None), here / model.assets[0].file)
        model = replace(model, assets=(served(model.assets[0], here / model.assets[0].file, ""),))
        (plugin,) = select_plugins(PluginKind.METRICS, "vgg_content_loss")
        configuration = replace(configured("identity"), metrics=(SelectedMetric(plugin, plugin.load().info),))
        object.__setattr__(configuration, "models", {Role.VGG: model})
        return configuration

    def test_go_to_a_node_that_lacks_them(self, there, cluster, configuration, tmp_path):
        resources = Resources(ExecutorKind.RAY, 1, threads=1, address=cluster.address)
        with RayExecutor(configuration, tmp_path / "run", resources) as executor:
            tasks = [UnitTask(unit) for unit in configuration.units()[:1]]
            (ended,) = [event for event in executor.execute(tasks, lambda: False) if isinstance(event, TaskEnded)]
        assert ended.result.scores["vgg_content_loss"] is not None, ended.result
        (asset,) = configuration.models[Role.VGG].assets
        assert (there / asset.file).read_bytes() == (tmp_path / "here" / asset.file).read_bytes()


class TestACluster:
    def test_with_room_for_one_worker_makes_do_with_it(self, cluster, on_ray, undisturbed, tmp_path):
        result = on_ray(METHODS, "--ray-address", cluster.address)
        assert result.code == 0, result.err
        assert_same_results(tmp_path / "run", undisturbed)

    def test_of_two_nodes_finishes_when_one_is_killed_in_mid_run(self, cluster, start_on_ray, undisturbed, tmp_path):
        cluster.add_node(**NODE)
        process = start_on_ray(METHODS, "--ray-address", cluster.address)
        wait_for(lambda: finished_units(tmp_path / "run") >= 2, SECONDS)
        node = next(iter(cluster.worker_nodes))
        assert actors(psutil.Process(node.all_processes["raylet"][0].process.pid)), "the node has a worker"
        cluster.remove_node(node, allow_graceful=False)

        _, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        assert finished_units(tmp_path / "run") == UNITS
        assert_same_results(tmp_path / "run", undisturbed)


def configured(methods: str, **resources: MethodResources) -> RunConfiguration:
    """A configuration of the tiny protocol, with what its methods ask for by their names."""
    configuration = configure_run(protocol="tiny", methods=methods, metrics="brightness_difference", assignments={})
    selected = tuple(
        replace(method, info=replace(method.info, resources=resources.get(method.name, method.info.resources)))
        for method in configuration.methods
    )
    return replace(configuration, methods=selected)


@pytest.fixture
def execute(sample_plugins, monkeypatch, tmp_path):
    """Executes the units of a configuration with two workers on Ray, and hands over what comes of them."""
    monkeypatch.setenv("PYTHONPATH", str(sample_plugins))

    def run(configuration: RunConfiguration):
        with RayExecutor(configuration, tmp_path, Resources(ExecutorKind.RAY, 2, threads=1)) as executor:
            yield from executor.execute([UnitTask(unit) for unit in configuration.units()], lambda: False)

    return run


def test_workers_do_not_run_ahead_of_a_run_that_is_slow_to_write(execute, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(tmp_path / "count"))
    monkeypatch.setenv("SAMPLE_PLUGINS_SECONDS", "0")
    configuration = configured("dawdles")
    cases = tuple(replace(case, seed=seed) for case in configuration.protocol.cases[:4] for seed in range(75))
    configuration = replace(configuration, protocol=replace(configuration.protocol, cases=cases))

    ended = 0
    for event in execute(configuration):
        time.sleep(0.01)
        ended += isinstance(event, TaskEnded)
        made = len((tmp_path / "count").read_text().split()) if (tmp_path / "count").exists() else 0
        assert made - ended <= 2
    assert ended == 300


def test_each_picture_goes_into_the_object_store_once(execute, monkeypatch):
    stored: list[object] = []
    put = ray.put
    monkeypatch.setattr(ray, "put", lambda value: stored.append(value) or put(value))
    configuration = configured("noisy,identity")
    events = list(execute(configuration))
    assert [event.result.status for event in events if isinstance(event, TaskEnded)] == ["ok"] * 10
    pictures = {file for case in configuration.protocol.cases for file in case.files}
    assert len(stored) == 1 + len(pictures), "the configuration and the pictures"


class TestWhatAMethodAsksFor:
    def test_may_differ_from_method_to_method(self, execute):
        asked = {"noisy": MethodResources(cpus=0.5), "identity": MethodResources(cpus=2, memory_bytes=2**20)}
        events = list(execute(configured("noisy,identity,keeps_content", **asked)))
        assert [event.result.status for event in events if isinstance(event, TaskEnded)] == ["ok"] * 15

    def test_is_what_the_cluster_sets_aside_for_each_worker(self, execute):
        def taken(name: str) -> float:
            return round(ray.cluster_resources()[name] - ray.available_resources().get(name, 0), 3)

        with contextlib.closing(
            execute(configured("noisy", noisy=MethodResources(cpus=0.5, memory_bytes=2**20)))
        ) as events:
            # Both workers have a unit before the first sends something.
            assert any(isinstance(event, ImageMade) for event in events)
            wait_for(lambda: (taken("CPU"), taken("memory")) == (2 * 0.5, 2 * 2**20), 60)

    def test_of_devices_is_asked_for_where_the_run_computes_on_them(self, execute):
        asking = configured("noisy", noisy=MethodResources(gpus=0.25))
        with pytest.raises(InputError, match=r"what a worker asks for: 1 CPU, 0\.25 GPU$"):
            list(execute(replace(asking, device="cuda")))

    def test_that_no_node_has_is_one_clear_line(self, execute):
        with pytest.raises(InputError, match=r"no node of the Ray cluster .*: 1 CPU, .* memory"):
            list(execute(configured("noisy", noisy=MethodResources(memory_bytes=2**60))))

    @pytest.mark.parametrize("asked", [{"cpus": -1}, {"gpus": 1.5}, {"memory_bytes": -1}])
    def test_makes_sense(self, asked):
        with pytest.raises(ValueError, match=r"negative|whole number"):
            MethodResources(**asked)


class TestAnAddress:
    @pytest.fixture
    def count(self, monkeypatch, tmp_path):
        """File in which workers of nodes that start from now on note their units."""
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(tmp_path / "count"))
        return tmp_path / "count"

    def test_may_be_that_of_the_cluster_that_runs_here(self, count, cluster, on_ray, monkeypatch):
        monkeypatch.setenv("RAY_ADDRESS", cluster.address)
        result = on_ray("dawdles", "--limit", "1", "--ray-address", "auto")
        assert result.code == 0, result.err
        assert len(count.read_text().split()) == 1

    def test_at_which_nothing_answers_is_one_clear_line(self, on_ray):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{unused.getsockname()[1]}"
            result = on_ray("identity", "--ray-address", address)
        assert result.code == 2
        assert f"no Ray cluster answers at --ray-address {address}" in result.error_lines[0]

    @pytest.mark.parametrize("address", ["ray://127.0.0.1:10001", "somewhere", "127.0.0.1:port", "127.0.0.1:99999"])
    def test_that_cannot_be_one_is_refused(self, on_ray, address):
        result = on_ray("identity", "--ray-address", address)
        assert result.code == 2
        assert f"--ray-address {address}: " in result.error_lines[0]

    def test_is_only_for_ray(self, tiny):
        result = tiny("identity", "--ray-address", "auto")
        assert result.code == 2
        assert "--ray-address is for --executor ray" in result.error_lines[0]
