"""``benchmark protocol freeze`` and ``verify`` through a loopback hub."""

from __future__ import annotations

import json
from pathlib import Path

from benchmark.freezing.row_selection import select_rows
from tests.cli.protocol.conftest import NAME, Machine
from tests.loopback_hub import Fault
from tests.synthetic_wikiart import ARTISTS, MOVEMENTS, SyntheticWikiArt, picture

FIRST_SHARD, SHARD, LAST_SHARD = (f"data/train-{number:05d}-of-00003.parquet" for number in range(3))


def kept_images(machine: Machine) -> list[Path]:
    return sorted((machine.data / "images").glob("*"))


def error(result) -> str:
    assert result.code == 2, result.out + result.err
    assert len(result.error_lines) == 1
    return result.error_lines[0]


class TestFreezing:
    def test_draws_the_works_that_the_rule_says_and_pins_them(self, machine, lock):
        stated = json.loads(lock.read_text())
        rows = [SyntheticWikiArt().row(number) for number in range(SyntheticWikiArt().rows)]
        artists = ["" if row["artist"] == 0 else ARTISTS[row["artist"]] for row in rows]
        drawn = select_rows([MOVEMENTS[row["style"]] for row in rows], artists, 8, seed=0)
        assert list(stated["origin"]["rows"].values()) == drawn
        assert stated["origin"]["revision"] == machine.hub.folder(NAME, "main")[0]
        assert stated["origin"]["rule"] == "1"
        assert all(len(item["pixels_sha256"]) == 64 for item in (*stated["contents"], *stated["styles"]))
        assert all(style["prompt"] for style in stated["styles"])
        assert len(kept_images(machine)) == 5 + 8

    def test_then_verifies_and_tells_the_fingerprint(self, on, machine, lock):
        result = on(machine, "protocol", "verify", "wikiart-small")
        assert result.code == 0
        assert "all 13 images are the pinned ones" in result.out
        assert "fingerprint: " in result.out

    def test_again_needs_no_hub(self, machine, lock):
        machine.hub.forget(NAME, machine.hub.folder(NAME, "main")[0])
        assert machine.run("protocol", "freeze", "wikiart_small").code == 0

    def test_again_fetches_what_got_lost_or_damaged_and_nothing_else(self, machine, lock):
        style, other = (
            machine.data / "images" / item["pixels_sha256"] for item in json.loads(lock.read_text())["styles"][:2]
        )
        whole = style.read_bytes()
        style.unlink()
        other.write_bytes(whole)
        result = machine.run("protocol", "freeze", "wikiart_small")
        assert result.code == 0, result.err
        assert "images: 2 of 2" in result.err
        assert style.read_bytes() == whole

    def test_reads_a_small_part_of_the_data_set(self, machine, tmp_path):
        large = SyntheticWikiArt(shards=12, groups=12, group_rows=27, side=96)
        folder = large.write(tmp_path / "large")
        sizes = {path.name: path.stat().st_size for path in (folder / "data").iterdir()}
        machine.hub.publish(NAME, folder)
        assert machine.run("protocol", "freeze", "wikiart_small").code == 0
        sent = {Path(path).name: size for path, size in machine.hub.sent.items() if path.endswith(".parquet")}
        print(f"read {sum(sent.values()):,} of {sum(sizes.values()):,} bytes")
        assert sum(sent.values()) < 0.1 * sum(sizes.values())
        assert max(machine.hub.largest.values()) < 0.5 * min(sizes.values())

    def test_without_a_name_or_a_lock_is_refused(self, on, machine):
        assert "name a protocol or a recipe" in error(on(machine, "protocol", "freeze"))

    def test_of_a_lock_draws_nothing(self, on, machine, lock):
        result = on(machine, "protocol", "freeze", "--lock", lock, "--fresh")
        assert "--lock gets what the lock says" in error(result)

    def test_a_protocol_with_its_own_images_is_refused(self, on, machine):
        assert "draws nothing from a data set" in error(on(machine, "protocol", "freeze", "mini"))


class TestRunning:
    def test_what_is_not_frozen_says_what_to_do(self, on, machine):
        message = error(on(machine, "run", "--protocol", "wikiart", "--methods", "identity"))
        assert message.endswith("are not on this machine; get them: benchmark protocol freeze wikiart")

    def test_weights_that_are_missing_too_are_named_in_the_same_line(self, on, machine):
        message = error(on(machine, "run", "--protocol", "wikiart", "--methods", "gatys"))
        assert "get them: benchmark protocol freeze wikiart; besides, weights are needed" in message
        assert message.endswith("benchmark weights fetch vgg19")

    def test_refuses_a_changed_image_and_names_it(self, on, machine, lock, tmp_path):
        style = json.loads(lock.read_text())["styles"][3]
        (machine.data / "images" / style["pixels_sha256"]).write_bytes(picture(99, 40))
        run = ("run", "--protocol", "wikiart-small", "--methods", "identity", "--metrics", "ssim", "--no-report")
        assert f"style {style['id']} has changed" in error(on(machine, *run, "--out", tmp_path / "run"))
        verified = on(machine, "protocol", "verify", "wikiart_small")
        assert f"style {style['id']} has changed" in verified.out
        assert f"not the pinned ones: style {style['id']}" in error(verified)

    def test_runs_what_is_frozen_by_its_name_or_lock_with_one_fingerprint(self, on, machine, lock, tmp_path):
        common = ("--methods", "identity", "--metrics", "ssim", "--limit", "1", "--no-report")
        prints = set()
        for number, name in enumerate(("wikiart_small", lock)):
            result = on(machine, "run", "--protocol", name, *common, "--out", tmp_path / str(number))
            assert result.code == 0, result.err
            prints.add(json.loads((tmp_path / str(number) / "run.json").read_text())["protocol"]["fingerprint"])
        assert len(prints) == 1


class TestALockOnAnotherMachine:
    def test_gets_the_same_images_and_fingerprint(self, on, machine, other_machine, lock):
        assert "is not on this machine" in error(on(other_machine, "run", "--protocol", lock, "--methods", "identity"))
        assert other_machine.run("protocol", "freeze", "--lock", lock).code == 0
        here, there = (on(each, "protocol", "verify", lock) for each in (machine, other_machine))
        assert there.code == 0
        assert here.out == there.out

    def test_gets_the_old_revision_when_there_is_a_newer_one(self, machine, other_machine, lock, tmp_path):
        newer = SyntheticWikiArt().write(
            tmp_path / "newer",
            lambda number, row: {**row, "image": {"bytes": picture(number + 5000, 32), "path": None}},
        )
        machine.hub.publish(NAME, newer)
        assert other_machine.run("protocol", "freeze", "--lock", lock).code == 0
        assert kept_images(other_machine)

    def test_says_that_the_revision_is_gone(self, machine, other_machine, lock, wikiart_folder):
        sha = machine.hub.folder(NAME, "main")[0]
        machine.hub.publish(NAME, wikiart_folder)
        machine.hub.forget(NAME, sha)
        assert f"the hub has no revision {sha}" in error(other_machine.run("protocol", "freeze", "--lock", lock))

    def test_names_the_images_of_another_revision(self, other_machine, lock, tmp_path):
        stated = json.loads(lock.read_text())
        identifier, row = list(stated["origin"]["rows"].items())[5]

        def repainted(number, cells):
            return {**cells, "image": {"bytes": picture(5000, 32), "path": None}} if number == row else cells

        stated["origin"]["revision"] = other_machine.hub.publish(
            NAME, SyntheticWikiArt().write(tmp_path / "new", repainted)
        )
        (tmp_path / "changed.json").write_text(json.dumps(stated))
        message = error(other_machine.run("protocol", "freeze", "--lock", tmp_path / "changed.json"))
        assert f"holds other images than the lock for style {identifier} (row {row});" in message


class TestTrouble:
    def test_a_dropped_connection_and_a_server_error_are_tried_again(self, machine):
        machine.hub.fail(SHARD, Fault.DROPPED_CONNECTION, 1)
        machine.hub.fail(FIRST_SHARD, Fault.SERVER_ERROR, 1)
        result = machine.run("protocol", "freeze", "wikiart_small")
        assert result.code == 0, result.err

    def test_a_server_that_fails_on_is_one_line_and_what_was_fetched_is_kept(self, machine, other_machine):
        assert other_machine.run("protocol", "freeze", "wikiart_small").code == 0
        machine.hub.fail(LAST_SHARD, Fault.SERVER_ERROR, 6, after=machine.hub.requests[LAST_SHARD] - 1)
        message = error(machine.run("protocol", "freeze", "wikiart_small"))
        assert message.startswith(f"error: cannot read data set {NAME}")
        assert "500" in message
        assert not (machine.data / "locks").exists()
        left = len(kept_images(other_machine)) - len(kept_images(machine))
        assert 0 < left < 8
        result = machine.run("protocol", "freeze", "wikiart_small")
        assert result.code == 0
        assert f"images: {left} of {left}" in result.err

    def test_no_hub_is_one_line(self, machine):
        lost = Machine(machine.home, machine.hub, {"HF_ENDPOINT": "http://127.0.0.1:9"})
        message = error(lost.run("protocol", "freeze", "wikiart_small"))
        assert "cannot reach data set huggan/wikiart at its newest revision on 127.0.0.1:9" in message

    def test_offline_mode_is_respected(self, machine):
        offline = Machine(machine.home, machine.hub, {"HF_HUB_OFFLINE": "1"})
        assert "HF_HUB_OFFLINE is set" in error(offline.run("protocol", "freeze", "wikiart_small"))

    def test_a_hub_without_the_data_set_is_one_line(self, machine):
        machine.hub.forget(NAME, machine.hub.folder(NAME, "main")[0])
        assert "the hub has no data set huggan/wikiart" in error(machine.run("protocol", "freeze", "wikiart_small"))

    def test_a_full_disk_is_one_line_and_leaves_no_half_of_a_file(self, machine):
        message = error(machine.run("protocol", "freeze", "wikiart_small", largest_file=50))
        assert "cannot write" in message
        assert not kept_images(machine)

    def test_works_that_are_no_images_are_passed_over_and_noted(self, machine, lock, tmp_path):
        unusable = sorted(json.loads(lock.read_text())["origin"]["rows"].values())[:3]

        def spoiled(number, row):
            return {**row, "image": {"bytes": b"no image", "path": None}} if number in unusable else row

        machine.hub.publish(NAME, SyntheticWikiArt().write(tmp_path / "spoiled", spoiled))
        result = machine.run("protocol", "freeze", "wikiart_small", "--fresh", "-o", lock)
        assert result.code == 0, result.err
        assert f"passed over: not an image: row {unusable[0]} of data set {NAME}" in result.err
        origin = json.loads(lock.read_text())["origin"]
        assert origin["unusable"] == unusable
        assert not set(unusable) & set(origin["rows"].values())
