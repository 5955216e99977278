//! Fuzzes the target `netflix_prize`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ract_fuzz::run("netflix_prize", bytes));
