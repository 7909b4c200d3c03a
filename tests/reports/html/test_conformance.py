"""The HTML report keeps the promises of every report."""

from __future__ import annotations

from benchmark.testing.report_conformance import ReportConformance
from reports.html.report import HtmlReport


class TestHtmlReport(ReportConformance):
    plugin = HtmlReport
