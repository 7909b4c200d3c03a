"""The Ray cluster that a run uses: an existing one, or one that is started on this machine."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Mapping
from typing import Any

from benchmark.errors import InputError, describe_error

_SECONDS_TO_CONNECT = 10
_OBJECT_STORE_BYTES = 256 * 2**20
_CLIENT_SCHEME = "ray://"


def import_ray() -> Any:
    """Imports the package ``ray``.

    Raises:
        InputError: It is not installed.
    """
    try:
        import ray
    except ImportError:
        raise InputError(
            "--executor ray needs the package ray; get it with: pip install 'style-transfer-benchmark[ray]'"
        ) from None
    return ray


def connect(address: str, cpus: int) -> None:
    """Connects this process to a cluster, or starts one.

    Args:
        address: ``auto``, or host and port; an empty string starts one here, which ends with this process or with
            ``ray.shutdown``.
        cpus: Number of cores of a cluster that is started here.

    Raises:
        InputError: No cluster answers, or none can be started.
    """
    ray = import_ray()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    logging.getLogger("ray").setLevel(logging.ERROR)
    _refuse_unreachable(address)
    there = {"address": address}
    here = {
        "address": "local",
        "num_cpus": cpus,
        "include_dashboard": False,
        "object_store_memory": _OBJECT_STORE_BYTES,
    }
    try:
        ray.init(**(there if address else here), log_to_driver=False, configure_logging=False)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        what = f"no Ray cluster answers at --ray-address {address}" if address else "Ray cannot be started"
        raise InputError(f"{what}: {describe_error(error)}") from error


def require_room(demand: Mapping[str, float]) -> None:
    """Checks that some node is large enough for a worker, even if it is busy now.

    Args:
        demand: Resources of the worker, by Ray's names.

    Raises:
        InputError: No node is: the worker would wait for ever.
    """
    nodes = [node["Resources"] for node in import_ray().nodes() if node["Alive"]]
    if not any(all(node.get(name, 0) >= amount for name, amount in demand.items()) for node in nodes):
        asked = ", ".join(f"{amount:g} {name}" for name, amount in demand.items())
        raise InputError(f"no node of the Ray cluster has what a worker asks for: {asked}")


def _refuse_unreachable(address: str) -> None:
    """Refuses addresses at which no cluster answers, which Ray itself would try for minutes."""
    if address.startswith(_CLIENT_SCHEME):
        raise InputError(
            f"--ray-address {address}: Ray Client is not supported; start the run on a node of the cluster, "
            "with --ray-address auto"
        )
    host, colon, port = address.rpartition(":")
    if not address or address == "auto":
        return
    if not (host and colon and port.isdecimal() and int(port) < 2**16):
        raise InputError(f"--ray-address {address}: write auto, or HOST:PORT as in 10.0.0.1:6379")
    try:
        with contextlib.closing(socket.create_connection((host, int(port)), timeout=_SECONDS_TO_CONNECT)):
            pass
    except OSError as error:
        raise InputError(f"no Ray cluster answers at --ray-address {address}: {describe_error(error)}") from error
