"""The tables of docs/metrics.md say of every metric what the metric says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmark import SetMetricInfo
from benchmark.models.specification import find_assets, find_model, model_of
from benchmark.protocol.embedded import mini, wikiart
from benchmark.registry import PluginKind, installed_plugins
from metrics.shared.astra import ASTRA, Asked, worth

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
FIGURES = r"0\.\d{3} / 0\.\d{3} / 0\.\d{3}(?: \(\?\))?"
WORTH = {
    "lpips": (Asked.CONTENT, "LPIPS", True),
    "st_lpips": (Asked.CONTENT, "LPIPS", False),
    "ms_ssim": (Asked.CONTENT, "MS-SSIM", True),
    "ssim": (Asked.CONTENT, "MS-SSIM", False),
    "cfsd": (Asked.CONTENT, "CFSD", True),
    "vgg_style_loss": (Asked.STYLE, "Gram", True),
    "clip_content_similarity": (Asked.CONTENT, "CLIP", True),
    "dino_similarity": (Asked.CONTENT, "DINO", True),
    "dino_style_similarity": (Asked.STYLE, "DINO", True),
    "dino_structure": (Asked.CONTENT, "DINO", False),
    "csd": (Asked.STYLE, "CSD", True),
    "clip_style_similarity": (Asked.STYLE, "CLIP", True),
    "clip_text_similarity": (Asked.STYLE, "CLIP", False),
    "clip_patch_score": (Asked.STYLE, "CLIP", False),
    "clip_directional_similarity": (Asked.STYLE, "CLIP", False),
    "fid": (Asked.OVERALL, "ArtFID", False),
    "artfid": (Asked.OVERALL, "ArtFID", True),
}
"""The nearest criterion and measure of the study to each metric, and whether that is the metric itself."""


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
def test_what_it_is_worth_to_people_is_the_studys_figures_and_nothing_else(name):
    people, summary = ROWS[name][-2], OWN[name].summary
    if name not in WORTH:
        assert people == "–"
        assert not re.search(r"0\.\d|ASTRA", summary)
        return
    asked, measured, is_itself = WORTH[name]
    assert re.findall(FIGURES, people) == [str(ASTRA[asked, measured])]
    assert people.startswith("–") is not is_itself
    assert worth(asked, measured) in summary
    assert len(re.findall(r"0\.\d{3}", summary)) == 3


def test_the_table_of_the_study_holds_all_figures():
    rows = re.findall(rf"^\| (content|style|overall) \| ([\w -]+) \| ({FIGURES}) \|$", DOCS, flags=re.MULTILINE)
    assert {(asked, measured): figures for asked, measured, figures in rows} == {
        (str(asked), measured): str(figures) for (asked, measured), figures in ASTRA.items()
    }


def test_only_what_was_garbled_is_called_unverified():
    unverified = {key for key, figures in ASTRA.items() if not figures.style_is_verified}
    assert unverified == {(Asked.STYLE, "Gram"), (Asked.STYLE, "CSD")}
    assert all(("unverified" in worth(*key)) == (key in unverified) for key in ASTRA)


def test_only_the_trained_score_tells_styles_as_people_do():
    assert "only the authors' own score, trained on such votes, exceeds 0.53" in " ".join(DOCS.split())
    untrained = [figures for (asked, name), figures in ASTRA.items() if asked is Asked.STYLE and "trained" not in name]
    assert max(max(figures.method, figures.content, figures.style) for figures in untrained) < 0.53


@pytest.mark.parametrize("name", [name for name, info in OWN.items() if isinstance(info, SetMetricInfo)])
def test_from_how_many_images_a_set_metric_says_something(name):
    assert ROWS[name][3] == f"{OWN[name].sample_size:,}"


@pytest.mark.parametrize(
    "name", [name for name, info in OWN.items() if not set(info.backbones) <= mini().models.keys()]
)
def test_a_download_is_said_with_its_size(name):
    models = [find_model(model_of(role, wikiart().models)) for role in OWN[name].backbones]
    caveats = ROWS[name][-1]
    if name in {"kid", "artfid"}:
        assert re.search("as for `fid`|Both downloads", caveats)
        return
    (asset,) = (asset for asset in models[0].assets if not asset.package)
    command = re.search(r"download of (\d+ MB|unknown size) \(`benchmark weights fetch ([\w-]+)`\)", caveats)
    assert command[1] == (f"{asset.bytes / 1e6:.0f} MB" if asset.bytes else "unknown size")
    assert asset in find_assets(command[2])


def test_the_audit_shows_every_metric():
    assert set(re.findall(r"^│ (\w+) +│", AUDIT, flags=re.MULTILINE)) == OWN.keys()


@pytest.mark.parametrize(
    ("page", "link"), [(page, link) for page in (DOCS, AUDIT) for link in re.findall(r"\]\(([^)#:]+)\)", page)]
)
def test_links_lead_somewhere(page, link):
    assert (ROOT / "docs" / link).exists()
