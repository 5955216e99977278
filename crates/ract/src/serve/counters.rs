//! What `/metrics` tells, for Prometheus.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

/// A kind of request, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

/// What is counted.
pub(super) struct Counters {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Histogram,
    together: Histogram,
    generation: Gauge,
}

impl Default for Counters {
    fn default() -> Self {
        let seconds = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let together = Histogram::new(exponential_buckets(1.0, 2.0, 11));
        let (requests, generation) = (Family::default(), Gauge::default());
        let mut registry = Registry::with_prefix("ract");
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("request_seconds", "Time from a request to its answer", seconds.clone());
        registry.register("users_per_pass", "Users in one forward pass", together.clone());
        registry.register("generation", "Number of times that the run was opened", generation.clone());
        Self { registry, requests, seconds, together, generation }
    }
}

impl Counters {
    pub(super) fn answered(&self, route: &str, status: u16, after: Duration) {
        self.requests.get_or_create(&Answered { route: route.to_owned(), status }).inc();
        self.seconds.observe(after.as_secs_f64());
    }

    pub(super) fn passed(&self, users: usize) {
        self.together.observe(users as f64);
    }

    pub(super) fn opened(&self) {
        self.generation.inc();
    }

    pub(super) fn generation(&self) -> i64 {
        self.generation.get()
    }

    /// In the text form of OpenMetrics.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
