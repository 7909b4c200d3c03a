"""The page of an ablation: design, comparisons, pictures, and a conclusion that is made by rule from the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmark.analysis.statistics import RunStatistics, analyze
from benchmark.protocol.protocol import Protocol
from benchmark.store.atomic import write_text
from benchmark.store.records import RunRecords, RunStatus, UnitStatus
from benchmark.wording import format_count
from reports.markdown import escape
from reports.tables.ablations import build_ablations
from reports.tables.differences import MetricPairs, Pair, metric_pairs
from tools.ablation.conclusion import RULE, Answer, Finding, answer, overall
from tools.ablation.contrasts import Contrasts, Gain, alike, contrasts_of, gains
from tools.ablation.pictures import EACH, draw_extremes, draw_maps, extremes
from tools.ablation.plan import Asked, Plan, asked_rows, selected_base
from tools.markdown_table import table
from tools.picture_folder import drawing_folder
from tools.write_results import facts_table, metric_cell

_AS_IT_IS = "as it is"


def write_page(plan: Plan, run: RunRecords, protocol: Protocol, destination: Path) -> Path:
    """Writes the page of an ablation, and its pictures into a folder beside it.

    Args:
        plan: The plan.
        run: What it made.
        protocol: The protocol of the run.
        destination: Folder to write to; page and folder are named as the plan.

    Returns:
        The page.
    """
    page = destination / f"{plan.name}.md"
    ablation = _Ablation(plan, run, protocol)
    with drawing_folder(page) as pictures:
        drawn = (
            "## Largest gains and losses\n\n" + "\n\n".join(ablation.extremes(pictures)),
            "## Maps\n\n" + "\n\n".join(ablation.maps(pictures)),
        )
    parts = [
        f"# {escape(plan.title)}",
        escape(plan.about),
        *ablation.warnings(),
        "## What it shows\n\n" + "\n\n".join(ablation.conclusion()),
        "## Design\n\n" + "\n\n".join(ablation.design()),
        "## The smallest effect that it could have shown\n\n" + ablation.detectable(),
        "## Differences\n\n" + "\n\n".join(ablation.differences()),
        "## Where the scores lie\n\n" + ablation.means(),
        *drawn,
    ]
    write_text(page, "\n\n".join(filter(None, parts)) + "\n")
    return page


@dataclass(frozen=True)
class _Ablation:
    plan: Plan
    run: RunRecords
    protocol: Protocol

    @cached_property
    def statistics(self) -> RunStatistics:
        return analyze(self.run)

    @cached_property
    def base(self) -> str:
        return selected_base(self.plan, self.protocol).name

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        return asked_rows(self.plan, self.protocol)

    @cached_property
    def contrasts(self) -> dict[str, Contrasts]:
        return contrasts_of(self.run, self.base, self.asked, self.plan.metrics)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Titles of the rows by name."""
        found = {self.base: _AS_IT_IS}
        for asked in self.asked:
            for name, label in asked.labels.items():
                found.setdefault(name, f"{asked.question.name}: {label}")
        return found

    @cached_property
    def tables(self) -> dict[str, MetricPairs]:
        """The comparisons as text by metric."""
        return {
            name: metric_pairs(self.run, self.statistics, list(found.pairs.values()), self.titles)[0]
            for name, found in self.contrasts.items()
            if found.pairs
        }

    @cached_property
    def pairs(self) -> dict[tuple[str, str, str], Pair]:
        """The comparisons as text by metric and the names of both rows."""
        return {
            (name, *rows): pair
            for name, found in self.tables.items()
            for rows, pair in zip(self.contrasts[name].pairs, found.pairs, strict=True)
        }

    @cached_property
    def answers(self) -> dict[str, list[Answer]]:
        """The answers of the deciding metrics by the title of each question."""
        return {
            asked.question.title: [
                answer(asked, self.base, self.contrasts.get(metric)) for metric in self.plan.deciding
            ]
            for asked in self.asked
        }

    @cached_property
    def extreme_cases(self) -> dict[str, list[Gain]]:
        """The cases with the largest gains and losses by the name of each arm."""
        contrasts = self.contrasts.get(self.plan.deciding[0])
        if contrasts is None:
            return {}
        return {
            asked.arm.name: extremes(gains(self.run, contrasts.metric, asked.arm.name, self.base))
            for asked in self.asked
        }

    def warnings(self) -> Iterator[str]:
        if self.run.status is not RunStatus.COMPLETE:
            yield f"**The run is {self.run.status}**: what follows is of the units that are there."
        for warning in self.run.warnings:
            yield f"> {escape(warning)}"

    def conclusion(self) -> Iterator[str]:
        yield "\n".join(f"- **{escape(sentence)}**" for sentence in overall(self.answers))
        yield "Of each arm, by the metrics that decide:"
        for asked in self.asked:
            yield f"### {escape(asked.question.title)}\n\n{escape(asked.question.asks)}"
            answers = zip(self.plan.deciding, self.answers[asked.question.title], strict=True)
            yield "\n".join(f"- {self._sentence(asked, metric, given)}" for metric, given in answers)

    def _sentence(self, asked: Asked, metric: str, given: Answer) -> str:
        words = f"{escape(metric)}: **{given.finding}**"
        pair = self.pairs.get((metric, asked.arm.name, self.base))
        if pair is None:
            return f"{words} (no case is scored in both rows)."
        interval = f" [{pair.interval}]" if pair.interval else ""
        words += f". {pair.difference}{interval} against the method as it is, p = {pair.p_value}, {pair.cases} cases"
        compared = given.against_base
        if compared and compared.detectable is not None and given.finding is not Finding.ALIKE:
            words += f"; a difference of {pair.detectable} would have been shown four times in five"
        words += f"; {escape(pair.disagreement)}" if pair.disagreement else ""
        said = (("better than", given.beaten), ("worse than", given.better), ("not told apart from", given.open))
        controls = [
            f"{verb} {', '.join(escape(asked.labels[name]) for name in names)}" for verb, names in said if names
        ]
        return f"{words}. Of the controls: {'; '.join(controls)}."

    def design(self) -> Iterator[str]:
        yield facts_table(self.run)
        yield escape(self.protocol.description)
        rows = [
            [
                escape(asked.question.title),
                _settings(asked, [asked.arm.name]),
                _settings(asked, [row.name for row in asked.controls]),
            ]
            for asked in self.asked
        ]
        base = ", ".join(f"`{name} = {value}`" for name, value in self.plan.settings.items())
        yield table(["Question", "Arm", "Controls"], rows)
        arms = len(self.titles) - 1
        yield (
            f"{format_count(arms, 'arm')} beside `{self.base}` as the protocol sets it"
            f"{f', with {base} in every arm' * bool(base)}. {self._seeds()} A unit has the same seed in every arm."
        )
        yield "\n".join(self._checks())
        yield "\n".join(self._metrics())
        yield "**How the conclusion is made**, by a rule that stands in the tool, whatever comes out:\n\n" + "\n".join(
            f"- {sentence}" for sentence in RULE
        )

    def _seeds(self) -> str:
        units = self.run.units
        answered = set(units[(units["method"] == self.base) & (units["status"] == UnitStatus.OK)]["case"])
        cases = [case for case in self.run.cases if case.id in answered]
        contents, styles, seeds = (
            len({getattr(case, part) for case in cases}) for part in ("content", "style", "seed")
        )
        return (
            f"{format_count(len(cases), 'case')} ({format_count(contents, 'content')}, "
            f"{format_count(styles, 'style')}, {format_count(seeds, 'seed')})."
        )

    def _checks(self) -> Iterator[str]:
        for asked in self.asked:
            for row in asked.alike:
                same, cases = alike(self.run, row.name, self.base)
                held = "as it must be" if same == cases else "**though it must be so in all**"
                yield (
                    f"- A check of the arms: {escape(self.titles[row.name])} leaves {same} of {cases} pictures as they "
                    f"are, byte for byte, {held}."
                )

    def _metrics(self) -> Iterator[str]:
        known = {metric.name: metric for metric in self.run.metrics}
        for names, words in ((self.plan.deciding, "decides"), (self.plan.described, "describes")):
            for name in names:
                metric = known.get(name)
                why = f" Not computed: {escape(metric.unavailable)}" if metric and metric.unavailable else ""
                circular = " Circular ↻: the method optimised its network." * (name in self.statistics.circular)
                # What is known of its agreement with people: docs/metrics.md.
                summary = escape(metric.summary.partition(";")[0]) if metric else "not in the run"
                yield f"- {escape(name)} {words}: {summary}{circular}{why}"

    def detectable(self) -> str:
        anchors = {score.metric: score for score in self.statistics.anchored}
        means = {(row.method, row.metric): row.mean for row in self.run.summary}
        rows = []
        for name, contrasts in self.contrasts.items():
            found = contrasts.detectable()
            if not found:
                rows.append([metric_cell(self.run, contrasts.metric), str(len(contrasts.pairs)), "–", "–"])
                continue
            share = "–"
            if name in anchors:
                ends = [means.get((end, name)) for end in (anchors[name].zero, anchors[name].one)]
                if None not in ends and ends[0] != ends[1]:
                    low, high = (100 * one / abs(ends[1] - ends[0]) for one in (min(found), max(found)))
                    share = f"{low:.1f} % – {high:.1f} % of that from {anchors[name].zero} to {anchors[name].one}"
            span = f"{min(found):.2g} – {max(found):.2g}"
            rows.append([metric_cell(self.run, contrasts.metric), str(len(contrasts.pairs)), span, escape(share)])
        words = (
            "The mean difference that these cases, with the scatter that they have, would show four times in five, "
            "from the most to the least certain comparison. What is smaller is not excluded by anything here."
        )
        head = ["Metric", "Comparisons", "Smallest difference", "As a share"]
        return f"{words}\n\n{table(head, rows)}" if rows else "No comparison could be made."

    def differences(self) -> Iterator[str]:
        for name, found in self.tables.items():
            rows = [
                [
                    escape(pair.first),
                    escape(pair.second),
                    f"{pair.difference}{f'<br>{pair.interval}' if pair.interval else ''}",
                    pair.p_value,
                    escape(pair.better) or "–",
                    pair.detectable,
                    pair.cases,
                ]
                for pair in found.pairs
            ]
            head = ["Arm", "Against", "Difference", "p (Holm)", "Better", "Could have shown", "Cases"]
            yield f"### {metric_cell(self.run, self.contrasts[name].metric).replace('<br>', ', ')}"
            yield table(head, rows)
        yield (
            "Arm minus the other, paired on cases, with the interval at the level at which Holm’s procedure tests the "
            f"pair (t, with {self.statistics.design.error}). Holm’s family are the comparisons of one metric; nothing "
            "is corrected for the number of metrics."
        )

    def means(self) -> str:
        anchored = {(score.method, score.metric): score.score for score in self.statistics.anchored}
        summary = {(row.method, row.metric): row for row in self.run.summary}
        times = {
            name: change.time
            for ablation, arranged in zip(
                self.statistics.ablations, build_ablations(self.run, self.statistics), strict=True
            )
            for name, change in zip(ablation.variants, arranged.changes, strict=True)
        }
        titles = self.titles | {method.name: method.name for method in self.run.methods if method.control}
        rows = []
        for name, title in titles.items():
            cells = []
            for metric in self.contrasts:
                row, place = summary.get((name, metric)), anchored.get((name, metric))
                mean = "–" if row is None or row.mean is None else f"{row.mean:.4g}"
                cells.append(mean + (f" ({place:.2f})" if place is not None else ""))
            rows.append([escape(title), *cells, times.get(name, "–")])
        heads = [metric_cell(self.run, found.metric) for found in self.contrasts.values()]
        words = (
            "Means over the cases that a row answered; in parentheses the place between the controls, 0 to 1, where "
            "there is one. Time is a multiple of that of the method as it is."
        )
        return f"{words}\n\n{table(['Arm', *heads, 'Time'], rows)}"

    def extremes(self, pictures: Path) -> Iterator[str]:
        yield (
            f"Of each arm the {EACH} largest gains and the {EACH} largest losses against the method as it is by "
            f"{escape(self.plan.deciding[0])}, chosen by their size alone, which stands below each row. They are the "
            "ends of the range, not what is usual."
        )
        for number, asked in enumerate(self.asked, start=1):
            chosen = self.extreme_cases.get(asked.arm.name, [])
            yield f"### {escape(asked.question.title)}: pictures"
            if not chosen:
                yield "No case gains or loses anything."
                continue
            file = pictures / f"pictures-{number}.webp"
            draw_extremes(self.run, self.base, asked, chosen, file)
            title = escape(asked.question.title)
            yield f"![Largest gains and losses: {title}]({self.plan.name}/{file.name})"

    def maps(self, pictures: Path) -> Iterator[str]:
        yield (
            "The maps by which the arms work, of the cases with the largest gain and the largest loss above, each "
            "scaled by its largest value: one that is even is white. Where a place of a row is empty, that arm has no "
            f"such map. {self.plan.about_maps}".rstrip()
        )
        for number, asked in enumerate(self.asked, start=1):
            found = self.extreme_cases.get(asked.arm.name, [])
            cases = list(dict.fromkeys(one.case for one in (*found[:1], *found[-1:])))
            file = pictures / f"maps-{number}.webp"
            names = draw_maps(self.run, self.protocol, asked, cases, file) if cases else ()
            if names:
                title = escape(asked.question.title)
                yield f"### {title}: maps\n\n![Maps: {title}]({self.plan.name}/{file.name})"


def _settings(asked: Asked, names: Sequence[str]) -> str:
    found = {row.name: row.changes for row in asked.rows}
    return "<br>".join(
        f"{escape(asked.labels[name])}: " + ", ".join(f"`{key}={value}`" for key, value in found[name].items())
        for name in names
    )
