"""The tables of docs/metrics.md say of every metric what the metric says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmark import SetMetricInfo
from benchmark.models.specification import find_assets, find_model
from benchmark.protocol.embedded import mini, wikiart
from benchmark.registry import PluginKind, installed_plugins

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
AUDIT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
ROWS = {
    found[1]: [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[2:-1]]
    for line in DOCS.splitlines()
    if (found := re.match(r"\| `(\w+)` \| .* (?:higher|lower) \|", line))
}
OWN = {
    name: plugin.load().info
    for name, plugin in installed_plugins(PluginKind.METRICS).items()
    if not plugin.is_third_party
}


def test_every_metric_has_a_row():
    assert ROWS.keys() == OWN.keys()


@pytest.mark.parametrize("name", OWN)
def test_range_and_direction_are_stated(name):
    info, stated = OWN[name], ROWS[name][1]
    assert stated.endswith(f", {info.direction}")
    if info.minimum is None:
        assert stated.startswith("may be negative")
    else:
        low, high = f"{info.minimum:g}".replace("-", "−"), "" if info.maximum is None else f"{info.maximum:g}"
        assert re.match(rf"{low} …( {high})?", stated)
        assert f"{low} … {high or info.unit}".strip() in stated


@pytest.mark.parametrize("name", OWN)
def test_roles_of_the_networks_are_named(name):
    stated = ROWS[name][2]
    assert set(re.findall(r"\(`(\w+)`\)", stated)) == set(OWN[name].backbones)
    assert (stated == "none") == (not OWN[name].backbones)
    for model in set(re.findall(r"`([\w-]+-[\w-]+)`", stated)):
        assert find_model(model).role in OWN[name].backbones


@pytest.mark.parametrize("name", OWN)
def test_what_it_is_worth_to_people_has_a_cell(name):
    people = ROWS[name][-2]
    assert people.startswith("–") or re.match(r"\**0\.\d{3}\b", people)


@pytest.mark.parametrize("name", [name for name, info in OWN.items() if isinstance(info, SetMetricInfo)])
def test_from_how_many_images_a_set_metric_says_something(name):
    assert ROWS[name][3] == f"{OWN[name].sample_size:,}"


@pytest.mark.parametrize(
    "name", [name for name, info in OWN.items() if not set(info.backbones) <= mini().models.keys()]
)
def test_a_download_is_said_with_its_size(name):
    models = [find_model(wikiart().models[role]) for role in OWN[name].backbones]
    caveats = ROWS[name][-1]
    if name in {"kid", "artfid"}:
        assert re.search("as for `fid`|Both downloads", caveats)
        return
    (asset,) = (asset for asset in models[0].assets if not asset.package)
    command = re.search(r"download of (\d+) MB \(`benchmark weights fetch ([\w-]+)`\)", caveats)
    assert command[1] == f"{asset.bytes / 1e6:.0f}"
    assert asset in find_assets(command[2])


def test_the_audit_shows_every_metric():
    assert set(re.findall(r"^│ (\w+) +│", AUDIT, flags=re.MULTILINE)) == OWN.keys()


@pytest.mark.parametrize(
    ("page", "link"), [(page, link) for page in (DOCS, AUDIT) for link in re.findall(r"\]\(([^)#:]+)\)", page)]
)
def test_links_lead_somewhere(page, link):
    assert (ROOT / "docs" / link).exists()
