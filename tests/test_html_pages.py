"""HTML pages escape everything, and allow nothing but their own parts."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmark.html_pages import content_security_policy, fill_page, json_block, template_environment


def test_whatever_a_template_shows_is_escaped_and_keeps_the_direction_around_it(tmp_path):
    (tmp_path / "page.html.j2").write_text("<p>{{ name }} {{ name|isolate }}</p>")
    html = fill_page(template_environment(tmp_path), "page.html.j2", {"name": "<b>\0"})
    assert html == "<p>&lt;b&gt;\ufffd <bdi>&lt;b&gt;\ufffd</bdi></p>"


def test_templates_are_kept_as_long_as_their_files_stay_the_same(tmp_path):
    template = tmp_path / "page.html.j2"
    template.write_text("before")
    environment = template_environment(tmp_path)
    assert template_environment(tmp_path).get_template("page.html.j2") is environment.get_template("page.html.j2")
    template.write_text("after")
    os.utime(template, (0, 0))
    assert fill_page(template_environment(tmp_path), "page.html.j2", {}) == "after"


def test_json_cannot_close_the_element_around_it():
    block = json_block({"name": "</script><script>"})
    assert "<" not in block
    assert json.loads(block) == {"name": "</script><script>"}


def test_a_page_may_load_nothing_that_it_does_not_name():
    policy = content_security_policy("p {}")
    assert policy == (
        "default-src 'none'; img-src data:; style-src 'sha256-SNJDlN1Iy2mnt7DOjQIyDb2LQE6O5PQiSZomcdzawQ4=';"
        " base-uri 'none'; form-action 'none'"
    )
    assert "script-src 'sha256-" in content_security_policy("p {}", "1")
    assert "; connect-src 'self';" in content_security_policy("p {}", "1", connects_to="'self'")


def test_importing_it_loads_no_template_engine():
    program = "import sys, benchmark.html_pages; print('jinja2' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "False"
