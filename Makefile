# The front door. `make demo` needs nothing but Rust; `make help` lists the rest.

RACT := cargo run --release --quiet --bin ract --
SHARED ?= ../shared
# The archive of MovieLens 20M, when it is somewhere else than data/ml-20m.zip.
ML20M_ZIP ?=
# MovieLens 1M as `user,item` (ratings of 3 and more).
ML1M_CSV ?= $(SHARED)/data/ml-1m/interactions.csv

.PHONY: help build demo ml20m ml1m ml20m-like test check lint fmt clippy docs

help:
	@echo 'make demo        RaCT on a synthetic world: no files, no network, about a minute'
	@echo 'make ml20m       RaCT on MovieLens 20M: downloads, prepares, trains, resumes (ML20M_ZIP=path: take that archive)'
	@echo 'make ml1m        RaCT on MovieLens 1M, three seeds (ML1M_CSV=path: user,item)'
	@echo 'make ml20m-like  the ML-20M pipeline on a synthetic file of its size, one epoch of each phase'
	@echo 'make test        all tests'
	@echo 'make check       tests and lints, as in CI'

build:
	@cargo build --release --bin ract

demo: build
	@$(RACT) run experiments/demo.toml

ml20m: build data/ml-20m/meta.json
	@$(RACT) run experiments/ml-20m.toml

# Prepared anew only when it is not there: a prepared folder is written whole or not at all.
data/ml-20m/meta.json: | build
	@$(RACT) prepare ml-20m --out data/ml-20m $(if $(ML20M_ZIP),--input '$(ML20M_ZIP)')

ml1m: build data/ml-1m/meta.json
	@for seed in 0 1 2; do $(RACT) run experiments/ml-1m.toml --set seed=$$seed --out runs/ml-1m/seed-$$seed || exit 1; done
	@$(RACT) evaluate runs/ml-1m/seed-0 runs/ml-1m/seed-1 runs/ml-1m/seed-2

data/ml-1m/meta.json: | build
	@test -f '$(ML1M_CSV)' || { echo 'make ml1m: no file $(ML1M_CSV): name one with ML1M_CSV=path (README)' >&2; exit 1; }
	@$(RACT) prepare csv --input '$(ML1M_CSV)' --heldout-users 600 --out data/ml-1m

ml20m-like: build data/ml-20m-like/meta.json
	@$(RACT) run experiments/ml-20m-like.toml

data/ml-20m-like/meta.json: | build
	@$(RACT) synth --like ml-20m --scale 1 --seed 1 --out data/ml-20m-like.csv
	@$(RACT) prepare ml-20m --input data/ml-20m-like.csv --out data/ml-20m-like

test:
	cargo test --workspace

check: lint test

lint: fmt clippy docs

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets -- --deny warnings

docs:
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps
