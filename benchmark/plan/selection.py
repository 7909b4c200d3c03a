"""Selection: turns the names and settings that a user gives into the configuration of a run."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.contracts import MetricInfo, Need, Precision
from benchmark.contracts.sides import too_small
from benchmark.errors import InputError, MissingModelError, describe_error
from benchmark.escaping import printable
from benchmark.models.missing_weights import require_weights
from benchmark.models.role import Role
from benchmark.models.specification import OWN_NETWORKS, ModelSpecification, find_model, model_of
from benchmark.plan.configuration import RunConfiguration, SelectedMethod, SelectedMetric
from benchmark.plan.unknown_names import notes_on_unknown_names
from benchmark.plan.variant_selection import find_bases, refuse_names_alike, select_variants
from benchmark.programs.program_file import ProgramFile, looks_like_program, read_program
from benchmark.protocol.frozen import frozen_protocol, looks_like_path, open_protocol
from benchmark.protocol.networks import NetworkChoice, with_networks
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import refuse_empty_styles, refuse_unusable_names
from benchmark.protocol.recipe import Recipe
from benchmark.protocol.repetitions import with_seeds
from benchmark.protocol.variant import Variant
from benchmark.registry import (
    BrokenPluginError,
    Plugin,
    PluginKind,
    find_plugin,
    installed_plugins,
    select_plugins,
)
from benchmark.settings import SettingOrigin, make_settings

if TYPE_CHECKING:
    from benchmark.pictures.folder import PictureFolder


def find_protocol(name: str) -> Protocol | Recipe:
    """Finds an installed protocol by name, or reads the one of a file or folder.

    Args:
        name: Name of the protocol, or path of a protocol file, a lock, a recipe or a folder with one.

    Raises:
        InputError: There is none, or it is not valid.
    """
    try:
        if is_protocol_path(name):
            return open_protocol(Path(name))
    # A path with a zero byte, as only a damaged file holds it, is a ValueError.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read protocol {printable(name)}: {reason}") from error
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
    methods: str | None,
    metrics: str,
    assignments: Mapping[str, Mapping[str, Any]],
    variants: Sequence[Variant] = (),
    pictures: Sequence[str] = (),
    fit: bool = False,
    networks: NetworkChoice = NetworkChoice.OWN,
    seed: int = 0,
    seeds: Sequence[int] = (),
    device: str = "cpu",
    precision: Precision = Precision.FLOAT32,
    limit: int | None = None,
    command: Sequence[str] = (),
    note: Callable[[str], None] | None = None,
    obtain: Callable[[Iterable[ModelSpecification]], None] | None = None,
    try_imports: Callable[[Sequence[Plugin]], list[Plugin]] = list,
) -> RunConfiguration:
    """Makes the configuration of a run.

    Args:
        protocol: Name or path of the protocol, or the protocol.
        methods: Names of the methods, comma-separated, or ``all``; also files of programs. ``None`` is all, or beside
            pictures or variants the controls.
        metrics: Names of the metrics, comma-separated, or ``all``.
        assignments: Settings by method and name, in place of those that the protocol fixes.
        variants: Methods with other settings, which are rows of their own. The methods that they are of run, too.
        pictures: Methods whose pictures exist, as ``NAME=FOLDER[:PATTERN][:PART]`` or files of facts.
        fit: Whether the centre of such pictures of another aspect is cut out.
        networks: The networks to measure the protocol with.
        seed: Seed of the run.
        seeds: Numbers of the repetitions of each case, in place of those of the protocol; none leave it as it is.
        device: ``cpu`` or ``cuda``.
        precision: Precision that the methods compute in, as far as they can.
        limit: Number of cases, from the first, or ``None`` for all.
        command: The command line, for the record.
        note: Is told in lines what was found, before anything runs; ``None`` tells nobody.
        obtain: Fetches the weights of the models that the methods and metrics use, but for own networks of metrics that
            are not named; ``None`` fetches nothing.
        try_imports: Tries in another process whether importing a plugin harms the process; see
            ``benchmark.execution.workers.import_trial``. By default all plugins are imported here.

    Raises:
        InputError: A name is unknown, a program is incomplete, or a setting or the protocol cannot be used.
        MissingModelError: Weights are missing that the methods, or metrics that are named, cannot do without. Of
            ``all`` metrics, those without weights are part of the run as unavailable; of ``all`` methods, those whose
            own network is not here are left out, and the configuration says so, unless a variant of them is named.
    """
    found = _usable(protocol) if isinstance(protocol, Protocol) else find_protocol(protocol)
    note = note or _tell_nobody
    sources = select_methods("all" if methods is None else methods, try_imports)
    if (pictures or variants) and methods is None:
        # They take seconds, and mark the ends of the scales.
        sources = [source for source in sources if _is_light_control(source)]
        beside = " and ".join(["the pictures"] * bool(pictures) + ["the variants"] * bool(variants))
        note(f"beside {beside} the controls run: {', '.join(source.name for source in sources)} (see --methods)")
    wanted = find_bases(variants, sources, find_method, pictures)
    if wanted.added:
        sources += _tried(wanted.added, try_imports)
        note(f"variants are compared with their methods, so these run too: {', '.join(x.name for x in wanted.added)}")
    for source in sources:
        if isinstance(source, ProgramFile):
            source.refuse_incomplete()
    for line in notes_on_unknown_names(found, [source.name for source in sources]):
        note(line)
    scorers = try_imports(select_plugins(PluginKind.METRICS, metrics))
    is_named = metrics.strip() != "all"
    for method in assignments:
        if method not in {source.name for source in sources}:
            find_plugin(PluginKind.METHODS, method)
            raise InputError(f"--set {method}.…: method {method} is not selected")
    selected_methods = tuple(select_method(source, found, assignments.get(source.name, {})) for source in sources)
    measured = with_networks(found, networks)
    # A method whose variant is named is itself named: it is not left out without a word from the user.
    unnamed = [method for method in selected_methods if method.name not in wanted.changes]
    lacking = _without_own_network(measured, unnamed) if methods is None or methods.strip() == "all" else {}
    selected_methods = tuple(
        row
        for method in selected_methods
        if method.name not in lacking
        for row in (method, *select_variants(method, found, wanted.changes.get(method.name, ()), note))
    )
    refuse_names_alike(method.name for method in selected_methods)
    used = used_models(measured, selected_methods)
    scoring = _scoring_models(measured, scorers, is_named=is_named)
    needed = [*used, *scoring] if is_named else used
    frozen = _frozen_or_all_that_is_missing(found, str(protocol), needed) if isinstance(found, Recipe) else found
    chosen = with_seeds(with_networks(frozen, networks), seeds)
    others = [method.name for method in selected_methods]
    selected_methods += _select_pictures(pictures, chosen, others, fit=fit, limit=limit, note=note)
    if obtain is not None:
        obtain([*used, *scoring])
    require_weights(needed)
    return RunConfiguration(
        protocol=chosen,
        methods=selected_methods,
        metrics=_select_metrics(scorers, chosen, is_named=is_named),
        seed=seed,
        device=device,
        precision=precision,
        limit=limit,
        command=tuple(command),
        protocol_source="" if isinstance(protocol, Protocol) else protocol_source(protocol),
        left_out=tuple(f"left out: method {name}: {reason}" for name, reason in lacking.items()),
    )


def configure_scoring(
    protocol: Protocol,
    metrics: str,
    *,
    device: str,
    seed: int = 0,
    limit: int | None = None,
    pictures: Sequence[PictureFolder] = (),
    command: Sequence[str] = (),
    source: str = "",
    obtain: Callable[[Iterable[ModelSpecification]], None] | None = None,
    try_imports: Callable[[Sequence[Plugin]], list[Plugin]] = list,
) -> RunConfiguration:
    """Makes the configuration that scores images that exist, and makes none.

    Args:
        protocol: The protocol.
        metrics: Names of the metrics, comma-separated, or ``all``.
        device: ``cpu`` or ``cuda``.
        seed: Seed of the run whose images are scored.
        limit: Number of cases of the run, from the first, or ``None`` for all.
        pictures: Methods whose pictures are scored beside those of the run.
        command: The command line, for the record.
        source: What finds the protocol again, for the record.
        obtain: As for ``configure_run``.
        try_imports: As for ``configure_run``.

    Raises:
        InputError: A name is unknown, or a metric that was named cannot score in the protocol.
        MissingModelError: Weights are missing that metrics that are named cannot do without.
    """
    scorers = try_imports(select_plugins(PluginKind.METRICS, metrics))
    is_named = metrics.strip() != "all"
    scoring = _scoring_models(protocol, scorers, is_named=is_named)
    if obtain is not None:
        obtain(scoring)
    if is_named:
        require_weights(scoring)
    selected = _select_metrics(scorers, protocol, is_named=is_named)
    methods = tuple(SelectedMethod(source, source.info, source.settings) for source in pictures)
    return RunConfiguration(
        protocol,
        methods,
        selected,
        seed=seed,
        device=device,
        limit=limit,
        command=tuple(command),
        protocol_source=source,
    )


def protocol_source(name: str) -> str:
    """Returns what finds a protocol again from any folder: its name, or the absolute path of what was named.

    Args:
        name: Name or path, as for ``find_protocol``, which finds it.
    """
    return str(Path(name).absolute()) if is_protocol_path(name) else name


def is_protocol_path(name: str) -> bool:
    """Returns whether a protocol is named by a path, not by the name of an installed one.

    Raises:
        OSError: It cannot be found out.
    """
    return looks_like_path(name) or (
        Path(name).exists() and name.replace("-", "_") not in installed_plugins(PluginKind.PROTOCOLS)
    )


def _tell_nobody(line: str) -> None:
    pass


def _tried(
    sources: Sequence[Plugin | ProgramFile], try_imports: Callable[[Sequence[Plugin]], list[Plugin]]
) -> list[Plugin | ProgramFile]:
    tried = {plugin.name: plugin for plugin in try_imports([one for one in sources if isinstance(one, Plugin)])}
    return [tried.get(source.name, source) for source in sources]


def _is_light_control(source: Plugin | ProgramFile) -> bool:
    # One that is broken is no control of anything; one with a network could need weights that nobody asked for.
    with contextlib.suppress(BrokenPluginError):
        return isinstance(source, Plugin) and source.load().info.control and not source.load().info.uses
    return False


def _select_pictures(
    arguments: Sequence[str],
    protocol: Protocol,
    others: Sequence[str],
    *,
    fit: bool,
    limit: int | None,
    note: Callable[[str], None],
) -> tuple[SelectedMethod, ...]:
    if fit and not arguments:
        raise InputError("--fit is for --pictures, and there are none")
    if not arguments:
        return ()
    # Imported here, so that commands without pictures start sooner.
    from benchmark.pictures.finding import find_pictures

    taken = (*others, *installed_plugins(PluginKind.METHODS))
    selected = []
    for found in find_pictures(arguments, protocol, fit=fit, limit=limit, taken=taken):
        for line in found.notes:
            note(line)
        selected.append(SelectedMethod(found.source, found.source.info, found.source.settings))
    return tuple(selected)


def _without_own_network(protocol: Protocol | Recipe, methods: Iterable[SelectedMethod]) -> dict[str, str]:
    """Returns the methods whose own network is not on this machine, each with the reason."""
    reasons: dict[str, str] = {}
    for method in methods:
        own = [role for role in method.info.uses if role in OWN_NETWORKS] if method.info else []
        try:
            require_weights(_named_models(protocol, [role for role in own if role not in protocol.models]))
        except MissingModelError as error:
            reasons[method.name] = str(error)
    return reasons


def _frozen_or_all_that_is_missing(recipe: Recipe, given: str, needed: Iterable[ModelSpecification]) -> Protocol:
    try:
        return frozen_protocol(recipe, given)
    except InputError as unfrozen:
        try:
            require_weights(needed)
        except MissingModelError as lacking:
            raise InputError(f"{unfrozen}; besides, {lacking}") from unfrozen
        raise


def select_methods(
    names: str, try_imports: Callable[[Sequence[Plugin]], list[Plugin]] = list
) -> list[Plugin | ProgramFile]:
    """Finds the methods of a comma-separated list: names of plugins, ``all`` of them, and files of programs.

    Programs come from here alone: neither a protocol nor a run can name one.

    Args:
        names: The list.
        try_imports: As for ``configure_run``.

    Raises:
        InputError: A name is unknown, a file cannot be used, two methods have one name, or the list is empty.
        BrokenPluginError: A name that was given cannot be used.
    """
    programs = {name: find_program(Path(name)) for name in _entries(names) if looks_like_program(name)}
    plugin_names = without_programs(names)
    plugins = try_imports(select_plugins(PluginKind.METHODS, plugin_names)) if plugin_names or not programs else []
    by_name: dict[str, Plugin | ProgramFile] = {plugin.name: plugin for plugin in plugins}
    for program in programs.values():
        other = by_name.setdefault(program.name, program)
        if isinstance(other, ProgramFile) and other.path.resolve() != program.path.resolve():
            raise InputError(f"{other.path} and {program.path} are both called {program.name}; rename one")
    if "all" in _entries(names):
        return list(by_name.values())
    ordered = [programs[name].name if name in programs else name.replace("-", "_") for name in _entries(names)]
    return [by_name[name] for name in dict.fromkeys(ordered)]


def without_programs(names: str) -> str:
    """Returns a list of methods without the files of programs: names of plugins, or ``all``."""
    return ",".join(name for name in _entries(names) if not looks_like_program(name))


def find_method(name: str) -> Plugin | ProgramFile:
    """Finds an installed method by name, or reads the file of a program.

    Args:
        name: The name, or the path.

    Raises:
        InputError: There is no such method, or the file cannot be used.
    """
    return find_program(Path(name)) if looks_like_program(name) else find_plugin(PluginKind.METHODS, name)


def find_program(path: Path) -> ProgramFile:
    """Reads the file of a program that the user named.

    Args:
        path: The file.

    Raises:
        InputError: It cannot be used, or an installed method has its name.
    """
    program = read_program(path)
    if taken := installed_plugins(PluginKind.METHODS).get(program.name):
        raise InputError(
            f"program file {path}: method {program.name} is installed already, by {taken.distribution}; "
            "choose another method.name"
        )
    return program


def _entries(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def select_method(
    source: Plugin | ProgramFile, protocol: Protocol | Recipe, assignments: Mapping[str, Any]
) -> SelectedMethod:
    """Loads a method's class and makes its settings: defaults, then the protocol's, then the user's.

    A protocol sets nothing of a program: its settings are words of a command line, which only the user writes.

    Raises:
        InputError: A setting cannot be used.
    """
    try:
        method = source.load()
    except BrokenPluginError as error:
        return SelectedMethod(source, error=str(error))
    fixed = {} if isinstance(source, ProgramFile) else protocol.method_settings.get(source.name, {})
    settings = make_settings(source.name, method.settings_type, {**fixed, **assignments})
    origins = dict.fromkeys(fixed, SettingOrigin.PROTOCOL) | dict.fromkeys(assignments, SettingOrigin.USER)
    return SelectedMethod(source, method.info, settings, origins=origins)


def used_models(protocol: Protocol | Recipe, methods: Iterable[SelectedMethod]) -> list[ModelSpecification]:
    """Returns those models of a protocol that methods load.

    Args:
        protocol: The protocol.
        methods: The methods; broken ones, and those whose pictures exist, load none.
    """
    loading = [method.info for method in methods if method.info and method.pictures is None]
    return _named_models(protocol, [role for info in loading for role in info.uses])


def _scoring_models(
    protocol: Protocol | Recipe, metrics: Iterable[Plugin], *, is_named: bool
) -> list[ModelSpecification]:
    """Returns the models that metrics load; of ``all`` metrics, only those that the protocol names."""
    roles: list[Role] = []
    for plugin in metrics:
        # A broken plugin is reported where it is selected.
        with contextlib.suppress(BrokenPluginError):
            info = plugin.load().info
            if not too_small_for(info, protocol):
                roles += [role for role in info.backbones if is_named or role in protocol.models]
    return _named_models(protocol, roles)


def _named_models(protocol: Protocol | Recipe, roles: Iterable[Role]) -> list[ModelSpecification]:
    names = {role: model_of(role, protocol.models) for role in roles}
    return [find_model(name, role) for role, name in names.items() if name]


def select_metrics(names: str, protocol: Protocol) -> tuple[SelectedMetric, ...]:
    """Finds metrics, and finds out whether they can score in a protocol.

    Args:
        names: Names of the metrics, comma-separated, or ``all``.
        protocol: The protocol.

    Raises:
        InputError: A name is unknown, a metric that was named cannot score in the protocol, or the protocol fixes a
            setting that a metric does not have.
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
        metric = plugin.load()
    except BrokenPluginError as error:
        return SelectedMetric(plugin, unavailable=str(error))
    info = metric.info
    fixed = protocol.metric_settings.get(plugin.name, {})
    settings = make_settings(plugin.name, metric.settings_type, fixed, "metric")
    unavailable = too_small_for(info, protocol) or missing_models(info.backbones, protocol)
    return SelectedMetric(plugin, info, unavailable, settings)


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
    names = {role: model_of(role, protocol.models) for role in roles}
    if unnamed := [role for role, name in names.items() if not name]:
        named = f"role {unnamed[0]}" if len(unnamed) == 1 else f"roles {' and '.join(unnamed)}"
        return f"protocol {protocol.name} names no model for the {named}"
    for role, name in names.items():
        try:
            find_model(name, role).files()
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
