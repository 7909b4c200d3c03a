"""The gallery: the part of a large run that it shows, its styles, and failures."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from benchmark.store.records import CaseRecord, RunRecords, ScoreError
from reports.html.gallery import SIDES, choose_cases
from reports.html.heat_map import LARGEST_MATRIX, LEVELS, build_heat_maps
from reports.html.incidents import collect_incidents
from reports.html.picture_source import PictureSource
from reports.html.provenance import build_provenance
from reports.tables.citation import bibtex, collect_papers
from reports.tables.units import methods_before_controls, read_units


def make_cases(count: int) -> tuple[CaseRecord, ...]:
    return tuple(CaseRecord(str(number), "content", "style", "prompt", 0) for number in range(count))


def test_a_small_run_is_shown_whole_and_large() -> None:
    cases, side = choose_cases(make_cases(5), 9)
    assert len(cases) == 5
    assert side == SIDES[0]


def test_a_large_run_is_shown_in_part_spread_over_all_its_cases() -> None:
    cases, side = choose_cases(make_cases(800), 9)
    numbers = [int(case.id) for case in cases]
    assert side == SIDES[-1]
    assert 20 < len(numbers) < 100
    assert numbers == sorted(set(numbers))
    assert numbers[0] < 20
    assert numbers[-1] > 770


def test_a_case_is_shown_however_many_methods_there_are() -> None:
    assert len(choose_cases(make_cases(3), 10_000)[0]) == 1


def test_of_two_rows_of_a_unit_the_last_counts(run: RunRecords) -> None:
    again = run.units.iloc[[0]].assign(status="failed", error="out of memory")
    units = read_units(replace(run, units=pd.concat([run.units, again])))
    assert units["gatys", "bridge--wave"].error == "out of memory"


def test_incidents_are_grouped_by_method_and_reason(run: RunRecords) -> None:
    table = run.units.assign(status="failed", error="out of memory")
    incidents = collect_incidents(run, read_units(replace(run, units=table)))
    assert [(incident.method, len(incident.cases)) for incident in incidents.units] == [
        ("Gatys", 3), ("CLIPstyler", 3), ("Identity", 3),
    ]  # fmt: skip


def test_controls_come_after_the_methods(run: RunRecords) -> None:
    control = replace(run.methods[0], name="first", control=True)
    assert [method.control for method in methods_before_controls(replace(run, methods=(control, *run.methods)))] == [
        *(False for method in run.methods if not method.control),
        True,
        *(True for method in run.methods if method.control),
    ]


def test_a_missing_score_is_given_with_its_reason(run: RunRecords) -> None:
    table = run.units.assign(ssim=[float("nan")] * 2 + [0.5] * 7)
    errors = tuple(ScoreError("gatys", case, "ssim", "ValueError: too dark") for case in ("a", "b"))
    failed = replace(run, units=table, score_errors=errors)
    incidents = collect_incidents(failed, read_units(failed))
    assert [metric.reason for metric in incidents.metrics if metric.title == "SSIM"] == [
        "No score for 2 of 7 stylized images. ValueError: too dark"
    ]


def test_failures_come_before_skips_and_missing_scores_are_counted(run: RunRecords) -> None:
    table = run.units.assign(ssim=[float("nan")] * 2 + [0.5] * 7)
    incidents = collect_incidents(run, read_units(replace(run, units=table)))
    assert [incident.outcome for incident in incidents.units] == ["failed", "skipped"]
    assert ("SSIM", "No score for 2 of 7 stylized images.") in [
        (metric.title, metric.reason) for metric in incidents.metrics
    ]


def test_heat_maps_share_one_scale_and_keep_the_order_of_the_methods(run: RunRecords) -> None:
    prompts = [style["prompt"] for style in run.styles]
    columns = [run.cases[0].id]
    similarity = {
        "identity": {"rows": prompts, "columns": columns, "values": [[0.0], [0.1]]},
        "gatys": {"rows": prompts, "columns": columns, "values": [[1.0], [0.5]]},
    }
    maps = build_heat_maps(replace(run, similarity=similarity), read_units(run), PictureSource(run.directory))
    assert maps is not None
    assert [heat_map.title for heat_map in maps.maps] == ["Gatys", "Identity"]
    assert [cell.level for heat_map in maps.maps for row in heat_map.rows for cell in row.cells] == [
        LEVELS - 1, LEVELS // 2, 0, int(0.1 * LEVELS),
    ]  # fmt: skip
    assert (maps.low, maps.high) == ("0.00", "1.00")


def test_a_prompt_is_missed_if_no_image_made_for_it_is_most_similar_to_it(run: RunRecords) -> None:
    first, second = (style["prompt"] for style in run.styles)
    columns = [case.id for case in run.cases if case.prompt in (first, second)][:2]
    similarity = {"gatys": {"rows": [first, second], "columns": columns, "values": [[0.9, 0.8], [0.1, 0.2]]}}
    maps = build_heat_maps(replace(run, similarity=similarity), read_units(run), PictureSource(run.directory))
    assert maps is not None
    (heat_map,) = maps.maps
    assert (heat_map.hits, heat_map.judged, heat_map.missed) == (1, 2, (second,))


def test_both_prompts_of_a_mixed_case_match(run: RunRecords) -> None:
    prompts = [style["prompt"] for style in run.styles]
    similarity = {"gatys": {"rows": [*prompts, "another"], "columns": [run.cases[2].id], "values": [[0.1], [0.2]]}}
    maps = build_heat_maps(replace(run, similarity=similarity), read_units(run), PictureSource(run.directory))
    assert maps is not None
    assert [row.cells[0].matching for row in maps.maps[0].rows] == [True, True, False]
    assert maps.maps[0].rows[2].cells[0].level is None


def test_a_matrix_too_large_to_be_read_is_cut(run: RunRecords) -> None:
    names = [str(number) for number in range(LARGEST_MATRIX + 5)]
    similarity = {"gatys": {"rows": names, "columns": names, "values": [[0.5] * len(names)] * len(names)}}
    maps = build_heat_maps(replace(run, similarity=similarity), read_units(run), PictureSource(run.directory))
    assert maps is not None
    assert maps.cut
    assert len(maps.maps[0].rows) == len(maps.maps[0].columns) == len(maps.maps[0].rows[0].cells) == LARGEST_MATRIX


def test_a_command_recorded_as_words_can_be_pasted_into_a_shell(run: RunRecords) -> None:
    words = replace(run, provenance={"command": ["benchmark", "run", "--out", "my run; ls"]})
    assert build_provenance(words).command == "benchmark run --out 'my run; ls'"


def test_a_method_that_names_no_licence_is_said_to_state_none(run: RunRecords) -> None:
    stated, unstated = replace(run.methods[0], licence="MIT"), replace(run.methods[1], licence="")
    provenance = build_provenance(replace(run, methods=(stated, unstated)))
    assert [settings.licence for settings in provenance.settings] == ["MIT", "not stated"]


def test_the_citation_names_version_and_fingerprint_and_stays_valid_bibtex(run: RunRecords) -> None:
    entry = bibtex(replace(run, protocol={**run.protocol, "name": "a_b}%"}))
    assert r"Protocol a\_b\}\% 1, fingerprint 0123456789abcdef" in entry
    assert "year    = {2026}" in entry
    assert entry.replace(r"\}", "").count("{") == entry.replace(r"\}", "").count("}")


def test_a_paper_is_listed_once_with_everything_it_stands_for(run: RunRecords) -> None:
    assert [(paper.citation, paper.names) for paper in collect_papers(run)] == [
        ("Gatys et al. 2016", ("Gatys", "Gram distance")),
        ("Kwon, Ye", ("CLIPstyler",)),
    ]


def test_settings_say_who_gave_them(run: RunRecords) -> None:
    method = replace(
        run.methods[0], settings={"steps": 9, "size": 3, "seed": 1}, origins={"steps": "user", "size": "protocol"}
    )
    (settings,) = build_provenance(replace(run, methods=(method,))).settings
    assert [fact.name for fact in settings.settings] == ["steps (passed)", "size (fixed by the protocol)", "seed"]
    assert settings.has_origins
    (old,) = build_provenance(replace(run, methods=(replace(method, origins=None),))).settings
    assert [fact.name for fact in old.settings] == ["steps", "size", "seed"]
    assert not old.has_origins
