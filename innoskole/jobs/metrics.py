"""The health of the machinery as Prometheus reads it."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from innoskole.jobs.health import Pace, Picture

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# Counters are read from the database for each scrape, so when they were made says nothing.
disable_created_metrics()  # type: ignore[no-untyped-call]


def figures(picture: Picture, depth: int | None, letters: Mapping[str, int]) -> bytes:
    """All figures, reckoned anew for each scrape; a figure that nobody knows is left out.

    depth: as innoskole.jobs.queue tells it. letters: how many are in each state.
    """
    registry = CollectorRegistry()

    def gauge(name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"innoskole_{name}", text, labels, registry=registry)

    if depth is not None:
        gauge("queue_depth", "Tasks that no worker has taken.").set(depth)
    gauge("workers", "Workers that have run a periodic task in the last five minutes.").set(
        len(picture.workers)
    )
    if picture.beat_silent_for is not None:
        gauge("beat_lease_age_seconds", "Seconds since the beat renewed its lease.").set(
            picture.beat_silent_for.total_seconds()
        )
    gauge("mail_oldest_unsent_seconds", "Seconds that the oldest unsent letter has waited.").set(
        picture.unsent_for.total_seconds()
    )
    gauge("mail_stale_claims", "Letters whose sender died and that no sweep has taken up.").set(
        picture.stale_claims
    )
    by_state = gauge("mail_messages", "Letters in the outbox.", ("state",))
    for state, count in letters.items():
        by_state.labels(state).set(count)

    age = gauge("job_last_success_age_seconds", "Seconds since a periodic task did its work.", ("job",))
    took = gauge("job_last_run_seconds", "Seconds that the last run of a periodic task took.", ("job",))
    late = gauge("job_late", "1 when a periodic task has not run in time.", ("job",))
    failing = gauge("job_failing", "1 when the last run of a periodic task ended in an error.", ("job",))
    runs = Counter("innoskole_job_runs", "Runs of a periodic task.", ("job",), registry=registry)
    for pulse in picture.pulses:
        name = pulse.entry.name
        late.labels(name).set(pulse.is_late)
        failing.labels(name).set(pulse.pace == Pace.FAILED)
        if pulse.succeeded_at:
            age.labels(name).set((picture.now - pulse.succeeded_at).total_seconds())
        if pulse.heartbeat:
            runs.labels(name).inc(pulse.heartbeat.runs)
            if pulse.heartbeat.seconds is not None:
                took.labels(name).set(pulse.heartbeat.seconds)
    return generate_latest(registry)
