"""The registry of plugins, which are found through entry points, ours exactly like everybody's."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import re
import sys
import typing
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeAlias

from benchmark.contracts import (
    Method,
    MethodInfo,
    Metric,
    MetricInfo,
    Report,
    ReportInfo,
    SetMetric,
    SetMetricInfo,
)
from benchmark.errors import BenchmarkError, InputError, describe_error
from benchmark.method_source import MethodOrigin, Timing
from benchmark.own_packages import NameTakenError, import_own_package
from benchmark.suggestion import suggest

_ImportPath: TypeAlias = tuple[tuple[str, int], ...]
"""Folders that packages are installed in, in their order, each with the time of its last change in nanoseconds."""

GROUP_PREFIX = "style_transfer_benchmark"
OWN_DISTRIBUTION = "style-transfer-benchmark"
_NAME = re.compile(r"\w+", re.ASCII)


class PluginKind(StrEnum):
    """The kinds of plugins; each has the entry-point group ``style_transfer_benchmark.<kind>``."""

    METHODS = "methods"
    METRICS = "metrics"
    REPORTS = "reports"
    PROTOCOLS = "protocols"

    @property
    def singular(self) -> str:
        """Word for a single plugin of the kind."""
        return self.value.removesuffix("s")


class BrokenPluginError(BenchmarkError):
    """A plugin is installed but cannot be used."""


_CONTRACTS: dict[PluginKind, dict[type[Any], type[Any]]] = {
    PluginKind.METHODS: {Method: MethodInfo},
    PluginKind.METRICS: {Metric: MetricInfo, SetMetric: SetMetricInfo},
    PluginKind.REPORTS: {Report: ReportInfo},
}
"""The contracts that a plugin of a kind may keep, with the type of its facts."""


@dataclass(frozen=True)
class Plugin:
    """An installed plugin, not yet imported.

    Attributes:
        kind: Its kind.
        name: Its name in snake_case.
        distribution: Name of the distribution that brings it.
        version: Version of that distribution.
        entry_point: Entry point that names its code.
        harm: Harm that importing it is known to do to a process, in words; such a plugin is not imported. Else empty.
    """

    kind: PluginKind
    name: str
    distribution: str
    version: str
    entry_point: EntryPoint
    harm: str = ""

    @property
    def origin(self) -> MethodOrigin:
        """Kind of the source of a method, of which this is one."""
        return MethodOrigin.PLUGIN

    @property
    def timing(self) -> Timing:
        """What the durations of a method are."""
        return Timing.MEASURED

    @property
    def description(self) -> dict[str, Any]:
        """What else there is to say of where a method comes from: nothing."""
        return {}

    @property
    def is_third_party(self) -> bool:
        """Whether it comes from another distribution than this one."""
        return self.distribution != OWN_DISTRIBUTION

    def load(self) -> Any:
        """Imports the plugin: the class of a method, metric or report; the function that makes a protocol or recipe.

        Raises:
            BrokenPluginError: It cannot be imported or does not keep the contract's static promises.
        """
        self.refuse_unusable_name()
        if self.harm:
            raise self.broken(self.harm)
        try:
            # Standard output is for results, so the output of an import goes to standard error.
            with contextlib.redirect_stdout(sys.stderr):
                if not self.is_third_party:
                    import_own_package(self.entry_point.module.partition(".")[0])
                plugin = self.entry_point.load()
        except NameTakenError as error:
            raise self.broken(f"cannot be imported: {error}") from error
        except (Exception, SystemExit) as error:
            raise self.broken(f"cannot be imported: {type(error).__name__}: {error}") from error
        if self.kind is PluginKind.PROTOCOLS:
            if not callable(plugin):
                raise self.broken("is not a function that returns a protocol or recipe")
            return plugin
        contracts = _CONTRACTS[self.kind]
        kept = [contract for contract in contracts if inspect.isclass(plugin) and issubclass(plugin, contract)]
        if not kept:
            names = " or ".join(f"benchmark.{contract.__name__}" for contract in contracts)
            raise self.broken(f"is not a subclass of {names}")
        information = contracts[kept[0]]
        if inspect.isabstract(plugin):
            missing = ", ".join(sorted(getattr(plugin, "__abstractmethods__", ())))
            raise self.broken(f"does not implement {missing}")
        info = getattr(plugin, "info", None)
        if not isinstance(info, information):
            raise self.broken(f"has no info of type benchmark.{information.__name__}")
        if info.name != self.name:
            raise self.broken(f"is registered as {self.name} but calls itself {info.name}")
        if self.kind is not PluginKind.REPORTS and (problem := _settings_problem(plugin.settings_type)):
            raise self.broken(f"cannot be used: {problem}")
        return plugin

    @property
    def has_usable_name(self) -> bool:
        """Whether the name can be used on the command line and in paths of a run's folder."""
        return _NAME.fullmatch(self.name) is not None

    def refuse_unusable_name(self) -> None:
        """Refuses a name that is not usable.

        Raises:
            BrokenPluginError: It is such a name.
        """
        if not self.has_usable_name:
            raise self.broken("has a name with other characters than letters, digits and _")

    def broken(self, problem: str) -> BrokenPluginError:
        """Says in one line what is wrong with the plugin.

        Args:
            problem: The rest of a sentence that begins with its name.
        """
        line = " ".join(f"{self.kind.singular} {self.name} of {self.distribution} {problem}".split())
        return BrokenPluginError(line)


def _settings_problem(settings_type: Any) -> str:
    """Says why a plugin's settings cannot be left at their defaults, or returns an empty string where they can."""
    if not (inspect.isclass(settings_type) and dataclasses.is_dataclass(settings_type)):
        return "its settings_type is not a dataclass"
    for field in dataclasses.fields(settings_type):
        if field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            return f"setting {field.name} has no default"
    try:
        typing.get_type_hints(settings_type)
        settings_type()
    except (Exception, SystemExit) as error:
        return f"its default settings cannot be made: {describe_error(error)}"
    return ""


def installed_plugins(kind: PluginKind) -> dict[str, Plugin]:
    """Returns all installed plugins of a kind by name, in alphabetical order, without importing any.

    They are read again when a folder of ``sys.path`` has changed, as it does when a package is installed or removed.

    Raises:
        InputError: Two distributions bring a plugin of the same name.
    """
    return dict(_plugins(kind, _import_path()))


def _import_path() -> _ImportPath:
    folders = []
    for folder in sys.path:
        try:
            folders.append((folder, Path(folder).stat().st_mtime_ns))
        except OSError:
            folders.append((folder, 0))
    return tuple(folders)


@functools.lru_cache(maxsize=len(PluginKind))
def _plugins(kind: PluginKind, import_path: _ImportPath) -> dict[str, Plugin]:
    of_kind = (each for each in _entry_points(import_path) if each.group == f"{GROUP_PREFIX}.{kind}")
    found = sorted(of_kind, key=lambda entry_point: entry_point.name)
    for name, times in Counter(entry_point.name for entry_point in found).items():
        if times > 1:
            owners = " and ".join(sorted(_describe_distribution(item.dist)[0] for item in found if item.name == name))
            raise InputError(f"{kind.singular} {name} is brought by {owners}; uninstall all but one")
    # Reading a distribution's metadata takes milliseconds, and one brings many plugins.
    describe = functools.cache(_describe_distribution)
    return {
        entry_point.name: Plugin(kind, entry_point.name, *describe(entry_point.dist), entry_point)
        for entry_point in found
    }


@functools.lru_cache(maxsize=1)
def _entry_points(_: _ImportPath) -> tuple[EntryPoint, ...]:
    # Finding those of one kind would mean reading those of all packages.
    installed = entry_points()
    return tuple(each for kind in PluginKind for each in installed.select(group=f"{GROUP_PREFIX}.{kind}"))


def find_plugin(kind: PluginKind, name: str) -> Plugin:
    """Finds a plugin by name; ``-`` counts as ``_``.

    Raises:
        InputError: There is none of this name; the message names the nearest.
    """
    plugins = installed_plugins(kind)
    plugin = plugins.get(name.strip().replace("-", "_"))
    if plugin is None:
        raise InputError(f"unknown {kind.singular} {name!r}{suggest(name, plugins)}")
    return plugin


def select_plugins(kind: PluginKind, names: str) -> list[Plugin]:
    """Finds the plugins of a comma-separated list, or for ``all`` those that have a usable name.

    Raises:
        InputError: A name is unknown, or the list is empty.
        BrokenPluginError: A name that was given cannot be used.
    """
    if names.strip() == "all":
        selected = [plugin for plugin in installed_plugins(kind).values() if plugin.has_usable_name]
    else:
        named = [find_plugin(kind, name) for name in names.split(",") if name.strip()]
        selected = list({plugin.name: plugin for plugin in named}.values())
    if not selected:
        raise InputError(f"no {kind} selected; name some, or all")
    for plugin in selected:
        plugin.refuse_unusable_name()
    return selected


def _describe_distribution(distribution: Distribution | None) -> tuple[str, str]:
    return (distribution.name, distribution.version) if distribution else ("unknown", "")
