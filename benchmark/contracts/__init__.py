"""Contracts of plugins: methods, metrics and reports."""

from benchmark.contracts.method import Condition, Method, MethodInfo, MethodResources, StyleCondition
from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.contracts.no_settings import NoSettings
from benchmark.contracts.precision import Precision
from benchmark.contracts.report import Report, ReportInfo
from benchmark.contracts.set_metric import SetMetric, SetMetricInfo

__all__ = [
    "Axis",
    "Condition",
    "Direction",
    "Method",
    "MethodInfo",
    "MethodResources",
    "Metric",
    "MetricInfo",
    "Need",
    "NoSettings",
    "Precision",
    "Report",
    "ReportInfo",
    "SetMetric",
    "SetMetricInfo",
    "StyleCondition",
]
