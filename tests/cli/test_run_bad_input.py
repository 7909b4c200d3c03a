"""Messages of ``benchmark run`` about arguments that it cannot use."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.cli.conftest import TINY


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--methods", "blent"), "unknown method 'blent'; did you mean blend?"),
            (("--metrics", "brightnes_difference"), "did you mean brightness_difference?"),
            (("--protocol", "tinny"), "unknown protocol 'tinny'; did you mean tiny?"),
            (("--methods", ","), "no methods selected"),
            (
                ("--methods", "blend", "--set", "blend.shar=1"),
                "method blend has no setting 'shar'; did you mean share?",
            ),
            (("--methods", "blend", "--set", "blend.share=much"), "setting blend.share must be a number, not 'much'"),
            (("--methods", "blend", "--set", "blend.times=1.5"), "setting blend.times must be a whole number"),
            (("--methods", "blend", "--set", "blend.share=inf"), "setting blend.share must be a number"),
            (("--methods", "blend", "--set", "blend.share=2"), "share must be 0 … 1, not 2.0"),
            (("--methods", "blend", "--set", "blend.sizes=8,x"), "setting blend.sizes must be a comma-separated list"),
            (("--methods", "blend", "--set", "blend"), "write METHOD.SETTING=VALUE"),
            (("--methods", "blend", "--set", "noisy.x=1"), "method noisy is not selected"),
            (("--methods", "identity", "--set", "identity.x=1"), "this method has no settings"),
            (("--metrics", "clip_text_similarity"), "protocol tiny names no model for the role clip_judge"),
            (("--limit", "0"), "--limit"),
            (("--seed", "-1"), "--seed"),
            (("--device", "tpu"), "--device"),
            (("--no-such-option",), "--no-such-option"),
        ],
    )
    def test_is_one_clear_line(self, command, sample_plugins, tmp_path, arguments, message):
        result = command(*TINY, "--methods", "identity", "--out", tmp_path / "run", *arguments)
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert message in result.error_lines[0]
        assert "Traceback" not in result.err
        assert not (tmp_path / "run").exists()

    def test_a_plugins_protocol_that_repeats_a_case_is_refused_before_anything_runs(self, tiny, tmp_path, monkeypatch):
        from sample_plugins import protocols

        sound = protocols.tiny()
        repeated = dataclasses.replace(sound, cases=(*sound.cases, sound.cases[0]))
        monkeypatch.setattr(protocols, "tiny", lambda: repeated)
        result = tiny("identity")
        assert result.code == 2
        assert result.error_lines == [f"error: case {sound.cases[0].id} occurs twice in the protocol"]
        assert not (tmp_path / "run" / "run.json").exists()

    def test_a_plugins_protocol_whose_names_lead_somewhere_else_is_refused(self, tiny, tmp_path, monkeypatch):
        from sample_plugins import protocols

        sound = protocols.tiny()
        evil = dataclasses.replace(sound.contents[0], id="../../../evil")
        monkeypatch.setattr(protocols, "tiny", lambda: dataclasses.replace(sound, contents=(evil,)))
        result = tiny("identity", "--out", tmp_path / "a" / "b" / "run")
        assert result.code == 2
        assert "name '../../../evil' must be letters, digits, _ and -" in result.error_lines[0]
        assert not (tmp_path / "a").exists()

    def test_a_plugins_protocol_with_a_style_of_nothing_is_refused(self, tiny, tmp_path, monkeypatch):
        from sample_plugins import protocols

        sound = protocols.tiny()
        nothing = dataclasses.replace(sound.styles[0], image=None, prompt=" \u200b")
        monkeypatch.setattr(protocols, "tiny", lambda: dataclasses.replace(sound, styles=(nothing, sound.styles[1])))
        result = tiny("identity")
        assert result.code == 2
        assert "style warm needs an image or a prompt" in result.error_lines[0]
        assert not (tmp_path / "run").exists()

    def test_an_unwritable_output_is_named(self, command, sample_plugins, tmp_path):
        (tmp_path / "file").write_text("")
        for out in (tmp_path / "file", tmp_path / "file" / "run", Path("/proc/run")):
            result = command(*TINY, "--methods", "identity", "--out", out)
            assert result.code == 2
            assert len(result.error_lines) == 1
            assert str(out) in result.error_lines[0]

    def test_debug_shows_the_traceback(self, command, sample_plugins):
        result = command("--debug", *TINY, "--methods", "blent")
        assert result.code == 2
        assert "Traceback" in result.err
