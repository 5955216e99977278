//! Fuzzes the target `checkins`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ract_fuzz::run("checkins", bytes));
