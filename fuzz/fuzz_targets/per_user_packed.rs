//! Fuzzes the target `per_user_packed`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ract_fuzz::run("per_user_packed", bytes));
