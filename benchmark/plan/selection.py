"""Selection: turns the names and settings that a user gives into the configuration of a run."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.contracts import MetricInfo, Need
from benchmark.contracts.sides import too_small
from benchmark.errors import InputError, MissingModelError, describe_error
from benchmark.models.missing_weights import require_weights
from benchmark.models.role import Role
from benchmark.models.specification import ModelSpecification, find_model
from benchmark.plan.configuration import RunConfiguration, SelectedMethod, SelectedMetric
from benchmark.protocol.frozen import frozen_protocol, looks_like_path, open_protocol
from benchmark.protocol.networks import NetworkChoice, with_networks
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import refuse_empty_styles, refuse_unusable_names
from benchmark.protocol.recipe import Recipe
from benchmark.registry import (
    BrokenPluginError,
    Plugin,
    PluginKind,
    find_plugin,
    installed_plugins,
    select_plugins,
)
from benchmark.settings import SettingOrigin, make_settings


def find_protocol(name: str) -> Protocol | Recipe:
    """Finds an installed protocol by name, or reads the one of a file or folder.

    Args:
        name: Name of the protocol, or path of a protocol file, a lock, a recipe or a folder with one.

    Raises:
        InputError: There is none, or it is not valid.
    """
    try:
        is_path = looks_like_path(name) or (
            Path(name).exists() and name.replace("-", "_") not in installed_plugins(PluginKind.PROTOCOLS)
        )
        if is_path:
            return open_protocol(Path(name))
    except OSError as error:
        raise InputError(f"cannot read protocol {name}: {error.strerror}") from error
    return make_protocol(find_plugin(PluginKind.PROTOCOLS, name))


def make_protocol(plugin: Plugin) -> Protocol | Recipe:
    """Calls the function of an installed protocol.

    Raises:
        BrokenPluginError: It cannot be imported, raises, or returns something else than a protocol of its name.
        InputError: The protocol holds a name that cannot be used, or a style without image and prompt.
    """
    function = plugin.load()
    try:
        # Standard output is for results, as where a plugin is imported.
        with contextlib.redirect_stdout(sys.stderr):
            protocol = function()
    except (Exception, SystemExit) as error:
        raise plugin.broken(f"cannot be made: {describe_error(error)}") from error
    if not isinstance(protocol, Protocol | Recipe):
        raise plugin.broken(f"returned {type(protocol).__name__} in place of a protocol or recipe")
    if protocol.name != plugin.name:
        raise plugin.broken(f"is registered as {plugin.name} but calls itself {protocol.name}")
    return _usable(protocol) if isinstance(protocol, Protocol) else protocol


def _usable(protocol: Protocol) -> Protocol:
    refuse_unusable_names(protocol)
    refuse_empty_styles(protocol)
    return protocol


def load_protocol(name: str, networks: NetworkChoice = NetworkChoice.OWN) -> Protocol:
    """Loads a protocol that can be run, by name or path.

    Args:
        name: As for ``find_protocol``; a recipe stands for the lock that it was frozen to on this machine.
        networks: The networks to measure it with.

    Raises:
        InputError: There is none, it is not valid, or it was not frozen.
    """
    found = find_protocol(name)
    return with_networks(frozen_protocol(found, name) if isinstance(found, Recipe) else found, networks)


def configure_run(
    *,
    protocol: str | Protocol,
    methods: str,
    metrics: str,
    assignments: Mapping[str, Mapping[str, Any]],
    networks: NetworkChoice = NetworkChoice.OWN,
    seed: int = 0,
    device: str = "cpu",
    limit: int | None = None,
    command: Sequence[str] = (),
    obtain: Callable[[Iterable[ModelSpecification]], None] | None = None,
    try_imports: Callable[[Sequence[Plugin]], list[Plugin]] = list,
) -> RunConfiguration:
    """Makes the configuration of a run.

    Args:
        protocol: Name or path of the protocol, or the protocol.
        methods: Names of the methods, comma-separated, or ``all``.
        metrics: Names of the metrics, comma-separated, or ``all``.
        assignments: Settings by method and name, in place of those that the protocol fixes.
        networks: The networks to measure the protocol with.
        seed: Seed of the run.
        device: ``cpu`` or ``cuda``.
        limit: Number of cases, from the first, or ``None`` for all.
        command: The command line, for the record.
        obtain: Fetches the weights of the models that the methods and metrics use; ``None`` fetches nothing.
        try_imports: Tries in another process whether importing a plugin harms the process; see
            ``benchmark.execution.workers.import_trial``. By default all plugins are imported here.

    Raises:
        InputError: A name is unknown, or a setting or the protocol cannot be used.
        MissingModelError: Weights are missing that the methods, or metrics that are named, cannot do without. Of
            ``all`` metrics, those without weights are part of the run as unavailable.
    """
    found = _usable(protocol) if isinstance(protocol, Protocol) else find_protocol(protocol)
    plugins = try_imports(select_plugins(PluginKind.METHODS, methods))
    scorers = try_imports(select_plugins(PluginKind.METRICS, metrics))
    is_named = metrics.strip() != "all"
    for method in assignments:
        if method not in {plugin.name for plugin in plugins}:
            find_plugin(PluginKind.METHODS, method)
            raise InputError(f"--set {method}.…: method {method} is not selected")
    selected_methods = tuple(select_method(plugin, found, assignments.get(plugin.name, {})) for plugin in plugins)
    measured = with_networks(found, networks)
    used = used_models(measured, selected_methods)
    scoring = _scoring_models(measured, scorers)
    needed = [*used, *scoring] if is_named else used
    frozen = _frozen_or_all_that_is_missing(found, str(protocol), needed) if isinstance(found, Recipe) else found
    chosen = with_networks(frozen, networks)
    if obtain is not None:
        obtain([*used, *scoring])
    require_weights(needed)
    return RunConfiguration(
        protocol=chosen,
        methods=selected_methods,
        metrics=_select_metrics(scorers, chosen, is_named=is_named),
        seed=seed,
        device=device,
        limit=limit,
        command=tuple(command),
    )


def _frozen_or_all_that_is_missing(recipe: Recipe, given: str, needed: Iterable[ModelSpecification]) -> Protocol:
    try:
        return frozen_protocol(recipe, given)
    except InputError as unfrozen:
        try:
            require_weights(needed)
        except MissingModelError as lacking:
            raise InputError(f"{unfrozen}; besides, {lacking}") from unfrozen
        raise


def select_method(plugin: Plugin, protocol: Protocol | Recipe, assignments: Mapping[str, Any]) -> SelectedMethod:
    """Loads a method's class and makes its settings: defaults, then the protocol's, then the user's.

    Raises:
        InputError: A setting cannot be used.
    """
    try:
        method = plugin.load()
    except BrokenPluginError as error:
        return SelectedMethod(plugin, error=str(error))
    fixed = protocol.method_settings.get(plugin.name, {})
    settings = make_settings(plugin.name, method.settings_type, {**fixed, **assignments})
    origins = dict.fromkeys(fixed, SettingOrigin.PROTOCOL) | dict.fromkeys(assignments, SettingOrigin.USER)
    return SelectedMethod(plugin, method.info, settings, origins=origins)


def used_models(protocol: Protocol | Recipe, methods: Iterable[SelectedMethod]) -> list[ModelSpecification]:
    """Returns those models of a protocol that methods load.

    Args:
        protocol: The protocol.
        methods: The methods; broken ones, and those whose pictures exist, load none.
    """
    loading = [method.info for method in methods if method.info and method.pictures is None]
    return _named_models(protocol, [role for info in loading for role in info.uses])


def _scoring_models(protocol: Protocol | Recipe, metrics: Iterable[Plugin]) -> list[ModelSpecification]:
    roles: list[Role] = []
    for plugin in metrics:
        # A broken plugin is reported where it is selected.
        with contextlib.suppress(BrokenPluginError):
            info = plugin.load().info
            if not too_small_for(info, protocol):
                roles += info.backbones
    return _named_models(protocol, roles)


def _named_models(protocol: Protocol | Recipe, roles: Iterable[Role]) -> list[ModelSpecification]:
    return [find_model(protocol.models[role], role) for role in dict.fromkeys(roles) if role in protocol.models]


def select_metrics(names: str, protocol: Protocol) -> tuple[SelectedMetric, ...]:
    """Finds metrics, and finds out whether they can score in a protocol.

    Args:
        names: Names of the metrics, comma-separated, or ``all``.
        protocol: The protocol.

    Raises:
        InputError: A name is unknown, or a metric that was named cannot score in the protocol.
    """
    plugins = select_plugins(PluginKind.METRICS, names)
    return _select_metrics(plugins, protocol, is_named=names.strip() != "all")


def _select_metrics(plugins: Iterable[Plugin], protocol: Protocol, *, is_named: bool) -> tuple[SelectedMetric, ...]:
    selected = tuple(_select_metric(plugin, protocol) for plugin in plugins)
    for metric in selected:
        if metric.unavailable and is_named:
            raise InputError(f"metric {metric.name} is not available: {metric.unavailable}")
    return selected


def _select_metric(plugin: Plugin, protocol: Protocol) -> SelectedMetric:
    try:
        info = plugin.load().info
    except BrokenPluginError as error:
        return SelectedMetric(plugin, unavailable=str(error))
    return SelectedMetric(plugin, info, too_small_for(info, protocol) or missing_models(info.backbones, protocol))


def too_small_for(info: MetricInfo, protocol: Protocol | Recipe) -> str:
    """Says why the images of a protocol are too small for a metric, or returns an empty string where they are not.

    Args:
        info: The metric.
        protocol: Contents, styles and stylized images are squares of its resolution.
    """
    return too_small(info.minimum_side, (protocol.resolution,) * 2, f"those of protocol {protocol.name} have")


def missing_models(roles: Sequence[Role], protocol: Protocol | Recipe) -> str:
    """Says why networks cannot be loaded, or returns an empty string where they can.

    Args:
        roles: Roles of the networks.
        protocol: The protocol that names the model of each role.
    """
    if unnamed := [role for role in roles if role not in protocol.models]:
        named = f"role {unnamed[0]}" if len(unnamed) == 1 else f"roles {' and '.join(unnamed)}"
        return f"protocol {protocol.name} names no model for the {named}"
    for role in roles:
        try:
            find_model(protocol.models[role], role).files()
        except MissingModelError as error:
            return str(error)
    return ""


def missing_need(needs: Sequence[Need], *, images: bool, prompts: bool) -> str:
    """Says why a metric cannot score a case, or returns an empty string where it can.

    Args:
        needs: Inputs that the metric reads.
        images: Whether every style of the case has an image.
        prompts: Whether every style of the case has a prompt.
    """
    if Need.STYLE_IMAGE in needs and not images:
        return "the case has a style without an image"
    if Need.PROMPT in needs and not prompts:
        return "the case has a style without a prompt"
    return ""
