"""A conformance suite for plugins: subclass the class that fits in a test module and pytest runs its checks.

from benchmark.testing import MethodConformance
from my_package.my_method import MyMethod, MySettings

class TestMyMethod(MethodConformance):
    plugin = MyMethod
    settings = MySettings(steps=1)
"""

from benchmark.testing.method_conformance import MethodConformance
from benchmark.testing.metric_conformance import MetricConformance
from benchmark.testing.report_conformance import ReportConformance
from benchmark.testing.sample import sample_image, sample_records
from benchmark.testing.set_metric_conformance import SetMetricConformance

__all__ = [
    "MethodConformance",
    "MetricConformance",
    "ReportConformance",
    "SetMetricConformance",
    "sample_image",
    "sample_records",
]
