"""Runs a protocol and writes what came of it as a page with pictures that can be committed.

    python -m tools.write_results paintings               # docs/results/paintings.md, in the time that the run takes
    python -m tools.write_results paintings --workers 2 --threads 1   # the same on two cores, better used
    python -m tools.write_results paintings --limit 4     # roughly; look at it, and do not commit it

A run that is there is continued, and one that is finished is read: the page can be written anew at any time. Beside the
tables and figures of the reports, it says what the comparisons show and what they do not, and what each metric says of
the controls. No score is computed here.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

import benchmark
from benchmark.analysis.anchoring import AnchoredScore
from benchmark.analysis.comparison import MethodComparison
from benchmark.analysis.loading import load_records
from benchmark.analysis.networks import networks_of_run
from benchmark.analysis.scores import ScoreTable, ranked_methods, ranking_metrics
from benchmark.analysis.statistics import RunStatistics, analyze
from benchmark.contracts.metric import Direction
from benchmark.escaping import shell_command
from benchmark.store.atomic import write_bytes, write_text
from benchmark.store.cost_columns import DISTURBED
from benchmark.store.records import MetricRecord, RunRecords, UnitStatus
from benchmark.wording import format_count
from reports.figure_files import NOTHING_TO_DRAW, write_charts
from reports.markdown import MarkdownReport, escape
from tools.markdown_table import table
from tools.picture_folder import drawing_folder

ARROWS: Final = {"higher": "↑", "lower": "↓"}
SIDE: Final = 112
"""Side of a picture on a sheet, in pixels."""
_LABEL: Final = 16
_ALWAYS: Final = (
    "The intervals take contents and styles for random samples of those that one asks about. How these were chosen: "
    "[protocols](../protocols.md).",
    "A metric is no vote of people; what each is known to be worth: [metrics](../metrics.md).",
    "Holm's correction is for the pairs of one metric, not for the number of metrics.",
)


def write_results(run: RunRecords, destination: Path) -> Path:
    """Writes the page of a run, and its pictures into a folder beside it.

    Args:
        run: The run.
        destination: Folder to write to; page and folder are named as the protocol.

    Returns:
        The page.
    """
    statistics = analyze(run)
    name = str(run.protocol["name"])
    page = destination / f"{name}.md"
    with drawing_folder(page) as pictures:
        drawn = (
            "## Figures\n\n" + _figures(run, pictures, name),
            "## Pictures\n\n" + "\n\n".join(_sheets(run, pictures, name)),
        )
    parts = [
        f"# {escape(str(run.protocol.get('title') or name))}",
        escape(str(run.protocol.get("description", ""))),
        facts_table(run),
        "## What is shown\n\n" + _shown(run, statistics),
        "## What is not shown, and cannot be concluded\n\n" + _not_shown(run, statistics),
        "## What each metric says of the controls\n\n" + _controls(run, statistics),
        "## Scores\n\n" + _tables(run),
        *drawn,
    ]
    write_text(page, "\n\n".join(filter(None, parts)) + "\n")
    return page


def facts_table(run: RunRecords) -> str:
    environment = run.provenance.get("environment") or {}
    packages = environment.get("packages") or {}
    machine = f"{environment.get('processor', '')}, {environment.get('cores', '?')} cores, {run.provenance['device']}"
    seconds = float(run.units["cpu_seconds"].sum())
    facts = {
        "Protocol": f"{run.protocol['name']} {run.protocol['version']}, fingerprint `{run.protocol['fingerprint']}`",
        "Cases": f"{len(run.cases):,}; {format_count(len(run.units), 'unit')}, status {run.status}",
        "Command": f"`{shell_command(list(run.provenance['command']))}`",
        "Machine": f"{escape(machine)}; processor time of all methods {seconds / 60:.1f} min",
        "Versions": ", ".join(f"{escape(package)} {escape(version)}" for package, version in packages.items()),
        "Started": str(run.provenance.get("started", ""))[:16],
    }
    return table(["", ""], [[key, value] for key, value in facts.items()])


def _shown(run: RunRecords, statistics: RunStatistics) -> str:
    rows = [
        [
            metric_cell(run, metric),
            f"{_name(pair.better, statistics, metric.name)} before {_name(worse, statistics, metric.name)}",
            f"{abs(pair.difference.mean):.3g}{_interval(pair)}",
            f"{pair.p_holm:.1g}",
            f"{pair.difference.cases} ({pair.difference.contents} × {pair.difference.styles})",
        ]
        for metric, pair in _pairs(run, statistics)
        if pair.better
        for worse in [pair.second if pair.better == pair.first else pair.first]
    ]
    if not rows:
        return "No method is shown to be better than another by any metric."
    words = "Pairs of methods of which one is shown to be better: two-way t test, Holm, and ranks that agree. "
    words += "↻: circular, it optimised the network of the metric, and being better by it says little."
    head = ["Metric", "Shown", "Difference [interval, Holm]", "p (Holm)", "Cases"]
    return f"{words}\n\n{table(head, rows)}"


def _not_shown(run: RunRecords, statistics: RunStatistics) -> str:
    rows = [
        [
            metric_cell(run, metric),
            f"{_name(pair.first, statistics, metric.name)}, {_name(pair.second, statistics, metric.name)}",
            f"{pair.difference.mean:+.3g}",
            "–" if pair.detectable is None else f"{pair.detectable:.3g}",
            escape(pair.disagreement),
        ]
        for metric, pair in _pairs(run, statistics)
        if not pair.better
    ]
    limits = "\n".join(f"- {one}" for one in _limits(run, statistics))
    if not rows:
        return limits
    pairs = table(["Metric", "Pair", "Difference", "Could have shown", "Why"], rows)
    # Of many methods most pairs are here: a reader unfolds them.
    return f"<details><summary>{format_count(len(rows), 'pair')}</summary>\n\n{pairs}\n\n</details>\n\n{limits}"


def _limits(run: RunRecords, statistics: RunStatistics) -> Iterator[str]:
    """Yields what else the run cannot say, a sentence each."""
    for note in networks_of_run(run).notes():
        yield f"{escape(note)}."
    yield from _ALWAYS
    for method in run.methods:
        fixed = [name for name, origin in (method.origins or {}).items() if origin == "protocol"]
        if fixed:
            yield f"{escape(method.name)} has settings of the protocol, not its paper's: {escape(', '.join(fixed))}."
        origins = [name for name, origin in (method.origins or {}).items() if origin == "user"]
        if origins:
            yield f"{escape(method.name)} has settings of this run: {escape(', '.join(origins))}."
    left_out: dict[str, int] = {entry.method: entry.cases for entry in statistics.left_out}
    for name, cases in left_out.items():
        number = format_count(cases, "case")
        yield f"{escape(name)} has scores for {number} only, and is not compared with several others."
    for metric in run.metrics:
        if metric.unavailable:
            yield f"{escape(metric.name)} was not computed: {escape(metric.unavailable)}."
    warned: dict[str, list[str]] = {}
    for row in run.summary:
        if row.warning and row.warning != DISTURBED:
            warned.setdefault(f"{row.metric}: {row.warning}", []).append(row.method)
    for words, methods in warned.items():
        yield f"{escape(words)} ({escape(', '.join(methods))})."
    disturbed = int(run.units["disturbed"].astype("boolean").fillna(value=False).sum())
    if disturbed:
        yield f"{format_count(disturbed, 'duration')} disturbed by other processes: compare processor time."
    for warning in run.warnings:
        yield f"{escape(warning)}"


def _controls(run: RunRecords, statistics: RunStatistics) -> str:
    controls = [method.name for method in run.methods if method.control]
    rows = []
    for metric in run.metrics:
        means = _means(run, metric, controls)
        if not means or metric.direction is Direction.NEITHER:
            continue
        order = sorted(means, key=lambda name: means[name], reverse=metric.direction is Direction.HIGHER)
        best = min(order.index(name) for name in means if name not in controls)
        cells = [
            f"{means[name]:.3g} ({order.index(name) + 1} of {len(order)})" if name in means else "–"
            for name in controls
        ]
        rows.append([metric_cell(run, metric), *cells, _verdict(metric, statistics, order[:best])])
    words = (
        "Means over the cases that all have a score for (of a set metric, its numbers), with places among methods and "
        "controls, the best first. Nothing beats the untouched content in content, nor the painting itself in style, "
        "so no metric decides alone. One that puts them in another order does not measure what its axis says."
    )
    return f"{words}\n\n{table(['Metric', *map(escape, controls), 'What it says'], rows)}"


def _means(run: RunRecords, metric: MetricRecord, controls: Sequence[str]) -> dict[str, float]:
    """Means by method and control; empty where no method has one."""
    methods = ranked_methods(run)
    if metric.sample_size is not None:
        means = {row.method: row.mean for row in run.summary if row.metric == metric.name and row.mean is not None}
        return means if set(methods) & means.keys() else {}
    if metric.unavailable or metric.name not in run.units:
        return {}
    scores = ScoreTable(run, metric.name, metric.direction)
    shared = scores.shared(methods, required=controls)
    if not shared.methods or not shared.scores.cases:
        return {}
    scored = [*shared.methods, *scores.scored(controls)]
    return dict(zip(scored, map(float, shared.scores.values.mean(axis=0)), strict=True))


def _verdict(metric: MetricRecord, statistics: RunStatistics, ahead: Sequence[str]) -> str:
    words = [f"{escape(', '.join(ahead))} before every method"] if ahead else ["no control before every method"]
    placed: list[AnchoredScore] = [score for score in statistics.anchored if score.metric == metric.name]
    if placed:
        low, high = min(score.score for score in placed), max(score.score for score in placed)
        ends = f"between {escape(placed[0].zero)} (0) and {escape(placed[0].one)} (1)"
        words.append(f"methods stand from {low:.2f} to {high:.2f} {ends}")
    reasons = [entry.reason for entry in statistics.unanchored if entry.metric == metric.name and not entry.method]
    words += [f"no scale: {escape(reason)}" for reason in reasons]
    return "; ".join(words)


def _pairs(run: RunRecords, statistics: RunStatistics) -> Iterator[tuple[MetricRecord, MethodComparison]]:
    for metric in ranking_metrics(run):
        for pair in statistics.comparisons:
            if pair.metric == metric.name:
                yield metric, pair


def metric_cell(run: RunRecords, metric: MetricRecord) -> str:
    network = networks_of_run(run).metric(metric.name)
    arrow = ARROWS.get(metric.direction.value, "")
    return f"{escape(metric.name)} {arrow}" + (f"<br>{escape(network)}" if network else "")


def _name(method: str, statistics: RunStatistics, metric: str) -> str:
    return escape(method) + " ↻" * (method in statistics.circular.get(metric, ()))


def _interval(pair: MethodComparison) -> str:
    if pair.corrected is None:
        return ""
    ends = sorted(abs(end) for end in (pair.corrected.low, pair.corrected.high))
    return f" [{ends[0]:.3g}, {ends[1]:.3g}]"


def _tables(run: RunRecords) -> str:
    with tempfile.TemporaryDirectory() as folder:
        text = MarkdownReport().write([run], Path(folder)).read_text(encoding="utf-8")
    # Its title and facts are those of the page.
    return text.partition("### ")[1] + text.partition("### ")[2].strip() if "### " in text else text.strip()


def _figures(run: RunRecords, pictures: Path, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        # Pictures have sheets of their own.
        text = "\n\n".join(chart.markdown for chart in write_charts([run], Path(folder)))
        for file in sorted(Path(folder).glob("*.svg")):
            shutil.copyfile(file, pictures / file.name)
    text = text or NOTHING_TO_DRAW
    return text.replace("\n## ", "\n### ").replace("## ", "### ", 1).replace("](", f"]({name}/")


def _sheets(run: RunRecords, pictures: Path, name: str) -> Iterator[str]:
    """Writes a sheet of pictures for every content, and yields the lines that show them."""
    methods = [method.name for method in run.methods]
    images = {
        (unit.method, unit.case): run.directory / str(unit.image)
        for unit in run.units.itertuples()
        if unit.status == UnitStatus.OK
    }
    yield "A sheet for each content: styles from above to below, methods and controls from left to right."
    for content in run.contents:
        cases = [case for case in run.cases if case.content == content["id"]]
        if not cases:
            continue
        rows = [
            [_style_picture(run, case.styles), *(images.get((method, case.id)) for method in methods)] for case in cases
        ]
        sheet = picture_sheet(["", *methods], [case.style for case in cases], rows)
        write_sheet(sheet, pictures / f"{content['id']}.webp")
        title = escape(str(content.get("title") or content["id"]))
        yield f"### {title}\n\n![Stylizations of {title}]({name}/{content['id']}.webp)"


def _style_picture(run: RunRecords, styles: Sequence[dict[str, object]]) -> Path | None:
    thumbnails = {style["id"]: style.get("thumbnail") for style in run.styles}
    found = thumbnails.get(styles[0]["id"]) if len(styles) == 1 else None
    return run.directory / str(found) if found else None


def picture_sheet(
    columns: Sequence[str],
    labels: Sequence[str],
    rows: Sequence[Sequence[Path | Image.Image | None]],
    side: int = SIDE,
) -> Image.Image:
    """Draws pictures side by side.

    Args:
        columns: What stands above each column.
        labels: What stands below each row.
        rows: The pictures or their files; where there is none, the place stays white.
        side: Side of each, in pixels.
    """
    size = (len(columns) * (side + 2), _LABEL + len(rows) * (side + _LABEL))
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for column, label in enumerate(columns):
        draw.text((column * (side + 2), 1), label, "black", font)
    for row, (label, pictures) in enumerate(zip(labels, rows, strict=True)):
        top = _LABEL + row * (side + _LABEL)
        draw.text((0, top + side), label, "black", font)
        for column, picture in enumerate(pictures):
            if isinstance(picture, Path):
                picture = _opened(picture)
            if picture is not None:
                shown = picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
                sheet.paste(shown, (column * (side + 2), top))
    return sheet


def write_sheet(sheet: Image.Image, file: Path) -> None:
    """Writes a sheet of pictures as a small WebP."""
    buffer = BytesIO()
    sheet.save(buffer, "WEBP", quality=85, method=6)
    write_bytes(file, buffer.getvalue())


def _opened(file: Path) -> Image.Image | None:
    if not file.is_file():
        return None
    with Image.open(file) as picture:
        return picture.convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", help="name or path of the protocol")
    parser.add_argument("--networks", default="own", help="own or published (default: own)")
    parser.add_argument("--methods", default="all", help="names with commas (default: all)")
    parser.add_argument("--metrics", default="all", help="names with commas (default: all)")
    parser.add_argument("--limit", type=int, help="the first cases only")
    parser.add_argument("--workers", type=int, help="worker processes (default: one)")
    parser.add_argument("--threads", type=int, help="threads of each (default: one per core)")
    parser.add_argument("--run", type=Path, help="folder of the run (default: runs/PROTOCOL)")
    parser.add_argument("-o", "--out", type=Path, default=Path("docs/results"), help="folder (default: docs/results)")
    options = parser.parse_args()
    run = benchmark.run(
        options.protocol,
        networks=options.networks,
        methods=options.methods,
        metrics=options.metrics,
        limit=options.limit,
        workers=options.workers,
        threads=options.threads,
        out=options.run,
    )
    print(write_results(load_records(run.path), options.out))


if __name__ == "__main__":
    main()
