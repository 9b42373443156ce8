"""What the service tells its operators: metrics and log lines."""

import re
from collections import defaultdict
from collections.abc import Iterator

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from threebath.core.errors import UnknownMethod, UploadError

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of the histograms."""

METHODS = 512
"""Methods of a dialect that are counted by name; the others share one name."""

OTHER = "other"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,63}")


class Telemetry:
    """`Observer` by prometheus-client and structlog.

    Several processes add their numbers up through the files that prometheus-client keeps
    in the folder ``PROMETHEUS_MULTIPROC_DIR``; `serve` sees to that.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._log = structlog.get_logger("threebath")
        self._methods: defaultdict[str, set[str]] = defaultdict(set)
        self._uploads = self._counter("uploads", "Files that came in.", "kind", "result")
        self._bytes = self._counter("upload_bytes", "Their bytes.", "kind", "result")
        self._calls = self._counter("calls", "Calls.", "dialect", "method", "result")
        self._failures = self._counter("failures", "Errors of ours, by slug.", "error")
        self._swept = self._counter("swept", "Stale rows that were removed.", "what")
        self._stages = self._timer("stage", "Time a stage of an upload took.", "stage")
        self._requests = self._timer(
            "request", "Time a request took.", "route", "method", "status"
        )
        self.in_flight = Gauge(
            "threebath_requests_in_flight",
            "Requests being answered.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"threebath_{name}", told, labels, registry=self._registry)

    def _timer(self, name: str, told: str, *labels: str) -> Histogram:
        name = f"threebath_{name}_seconds"
        return Histogram(name, told, labels, registry=self._registry, buckets=SECONDS)

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a stage took: ``spool``, ``render``, ``store``, ``commit``."""
        self._stages.labels(name).observe(seconds)

    def upload(self, kind: str, result: str, length: int) -> None:
        """Count one file: *result* is ``accepted`` or the slug of its refusal."""
        self._uploads.labels(kind, result).inc()
        self._bytes.labels(kind, result).inc(length)
        self._log.info("upload", kind=kind, result=result, bytes=length)

    def call(self, dialect: str, method: str, result: str) -> None:
        """Count one call: *result* is ``ok`` or an error's slug."""
        self._calls.labels(dialect, self._method(dialect, method, result), result).inc()
        self._log.info("call", dialect=dialect, method=method[:64], result=result)

    def _method(self, dialect: str, method: str, result: str) -> str:
        """Return a name that clients cannot make too many of."""
        known = self._methods[dialect]
        if method in known:
            return method
        if result == UnknownMethod.slug or not _NAME.fullmatch(method):
            return OTHER
        if len(known) == METHODS:
            return OTHER
        known.add(method)
        return method

    def swept(self, what: str, count: int) -> None:
        """Count what a sweep removed: ``assets``, or ``tokens`` (codes among them)."""
        self._swept.labels(what).inc(count)
        self._log.info("swept", what=what, count=count)

    def failed(self, where: str, error: BaseException) -> None:
        """Log an error with its causes; with a traceback, where it is a bug of ours."""
        if isinstance(error, UploadError):
            self._failures.labels(error.slug).inc()
            causes = [f"{type(one).__name__}: {one}" for one in _causes(error)]
            self._log.error(
                "failed", where=where, error=error.slug, reason=str(error), causes=causes
            )
            return
        self._failures.labels("bug").inc()
        self._log.error("bug", where=where, exc_info=error)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Note how long a request took; *route* is the route's, not the client's path."""
        method = method if method in {"GET", "HEAD", "POST", "OPTIONS"} else OTHER
        self._requests.labels(route, method, str(status)).observe(seconds)

    def metrics(self) -> bytes:
        """Return all numbers in Prometheus's text format."""
        registry = CollectorRegistry()
        try:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        except ValueError:  # one process: the numbers are here
            registry = self._registry
        return generate_latest(registry)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what led to *error*, the nearest first; never many."""
    for _ in range(10):
        cause = error.__cause__ or error.__context__
        if cause is None:
            return
        yield cause
        error = cause
