//! A budget that does not depend on the machine's mood: the memory that a step asks for.

use ract::training::workbench::{Part, Workbench, Workload};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn a_step_in_the_steady_state_asks_for_no_matrix() {
    let workload = Workload { items: 3_000, batch: 100, per_user: 20.0, hidden: 600, latent: 100, users: 1_000 };
    // The smallest matrix that a step computes are the hidden values, 100 x 600; the scores are five times as large, the
    // weights thirty times. What it may ask for are the users' lists of items and the noise that a batch is drawn with.
    let smallest = workload.batch * workload.hidden * size_of::<f32>();
    let config = workload.config();
    let mut bench = Workbench::new(&config, &workload).unwrap();
    for part in Part::ALL {
        let mut bytes = |steps: usize| {
            let region = Region::new(ALLOCATOR);
            bench.time(part, steps).unwrap();
            region.change().bytes_allocated
        };
        bytes(10);
        // Each call begins with fresh moments; what further steps add is the steps' own. An epoch has 10 steps.
        let (short, long) = (bytes(7), bytes(47));
        let per_step = (long - short) / 40;
        assert!(per_step < smallest, "{part:?}: {per_step} bytes per step, a hidden layer's values are {smallest}");
    }
}
