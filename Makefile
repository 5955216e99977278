# The front door. `make demo` needs nothing but Rust; `make help` lists the rest.

RACT := cargo run --release --quiet --bin ract --
SHARED ?= ../shared
# The archive of MovieLens 20M, when it is somewhere else than data/ml-20m.zip.
ML20M_ZIP ?=
# The folder of the Netflix Prize, and the archive or text file of the Million Song Dataset, when they are elsewhere.
NETFLIX ?=
MSD_TRIPLETS ?=
# MovieLens 1M as `user,item` (ratings of 3 and more).
ML1M_CSV ?= $(SHARED)/data/ml-1m/interactions.csv
# MovieLens 100K as `userId,movieId,rating,timestamp`.
ML100K_CSV ?= $(SHARED)/data/ml-100k/ratings.csv

.PHONY: help build demo ml20m ml100k ml1m ml20m-like netflix msd netflix-like msd-like actors tuning actors-gowalla baselines rivals study shop critic-study ncf tables figures keep pages check-pages bench bench-kernels bench-compare bench-growth load test soak fuzz miri sanitize deps coverage mutants architecture check lint fmt clippy docs

help:
	@echo 'make demo        RaCT on synthetic data: no files, no network, about a minute'
	@echo 'make ml20m       RaCT on MovieLens 20M: downloads, prepares, trains, resumes (ML20M_ZIP=path: take that archive)'
	@echo 'make ml100k      three actors and three baselines on MovieLens 100K: downloads, prepares, trains; a minute'
	@echo 'make ml1m        RaCT on MovieLens 1M, three seeds: downloads, prepares, trains (ML1M_CSV=path: user,item)'
	@echo 'make netflix     RaCT on the Netflix Prize, whose files must be put in data/netflix-prize (NETFLIX=path: take those)'
	@echo 'make msd         RaCT on the Million Song Dataset: downloads, prepares, trains, resumes (MSD_TRIPLETS=path: take that)'
	@echo 'make ml20m-like  the ML-20M pipeline on a synthetic file of its size, one epoch of each phase'
	@echo 'make netflix-like, make msd-like  the same of the others, on files of a twentieth of their size (SCALE=1: of all)'
	@echo 'make actors      every actor on MovieLens 1M, three seeds: before and after the critic, beside the control (hours)'
	@echo 'make tuning      searches over the settings of six actors on MovieLens 1M, chosen on validation users'
	@echo 'make actors-gowalla  four actors on Gowalla, one seed (GOWALLA_CSV=path: user,item)'
	@echo 'make baselines   the baselines that no gradient trains, on both, chosen on validation users'
	@echo 'make study       the splits of graph papers, beside what others published on them (hours; GIVEN_DATA=path: their folders)'
	@echo 'make shop        an invented shop: a critic that learns from a log of sales, beside the control, five seeds (minutes)'
	@echo 'make critic-study  critics with a fair chance, with other features, and of other metrics, on MovieLens 1M and Amazon Electronic (hours)'
	@echo 'make ncf         MovieLens 100K by the protocol of NCF (table 3), three seeds, and baselines (ML100K_CSV=path: ratings.csv)'
	@echo 'make tables      the tables of the paper, ours beside the published figures; trains what is missing'
	@echo 'make figures     the figures of the paper, in experiments/figures; trains what is missing'
	@echo 'make pages       writes the tables in README.md and experiments/*.md anew, from the kept results'
	@echo 'make check-pages  fails when one of them is not what its command prints (part of the tests)'
	@echo 'make bench       seconds of every step, beside what the machine can do (numbers: target/bench.json)'
	@echo 'make bench-kernels  every kernel alone, with criterion'
	@echo 'make bench-compare  every step in turn with the best of three variants of a tuned PyTorch (PYTHON=path: one that has torch)'
	@echo 'make bench-growth   how time and memory grow with items, batch, hidden size'
	@echo 'make load        requests a second that ract serve answers, at the width of MovieLens 20M (needs wrk)'
	@echo 'make test        all tests'
	@echo 'make soak        kills, full disks, broken disks and losses of power at every call that changes a file (minutes; needs strace)'
	@echo 'make fuzz        damaged files for every reader, 10 minutes each (TARGET=csv: one; FUZZ_SECONDS=60); needs nightly Rust and cargo-fuzz'
	@echo 'make miri        autodiff, data and metrics under Miri: undefined behaviour, data races (nightly; an hour)'
	@echo 'make sanitize    the same and the training under the address and the thread sanitizer (nightly)'
	@echo 'make deps        licences, sources, advisories, unused dependencies, and the oldest Rust that is declared'
	@echo 'make coverage    which lines the tests run'
	@echo 'make mutants     plants an error in every op and sees whether the tests notice (an hour)'
	@echo 'make architecture  which module uses which'
	@echo 'make check       tests and lints, as in CI'

build:
	@cargo build --release --bin ract

demo: build
	@$(RACT) run experiments/demo.toml
	@echo && echo 'And where no formula exists: a shop, whose log of sales a critic learns from'
	@$(RACT) run experiments/shop/start.toml --set seeds=[0]
	@$(MAKE) --no-print-directory data/shop/outcomes.csv
	@$(RACT) run experiments/shop/outcomes.toml --set seeds=[0]

# The invented shop with five seeds, and the other critics.
shop: build
	@$(RACT) run experiments/shop/start.toml
	@$(MAKE) --no-print-directory data/shop/outcomes.csv
	$(call each,outcomes,shop)
	$(call each,shop-black-boxes,shop)

# The log of the shop: what the training users bought of the lists of the first seed's actor.
data/shop/outcomes.csv:
	@mkdir -p data/shop
	@$(RACT) simulate runs/shop/start/seed-0 --temperature 0.7 --out data/shop/outcomes.csv

ml20m: build data/ml-20m/meta.json
	@$(RACT) run experiments/ml-20m/mult-vae.toml

# Prepared anew only when it is not there: a prepared folder is written whole or not at all.
data/ml-20m/meta.json: | build
	@$(RACT) prepare ml-20m --out data/ml-20m $(if $(ML20M_ZIP),--input '$(ML20M_ZIP)')

ml1m: build data/ml-1m/meta.json
	@$(RACT) run experiments/ml-1m/mult-vae-paper-rate.toml

# From a file of pairs where there is one, otherwise from GroupLens' archive.
data/ml-1m/meta.json: | build
	@if test -f '$(ML1M_CSV)'; then $(RACT) prepare csv --input '$(ML1M_CSV)' --heldout-users 600 --out data/ml-1m; \
	  else $(RACT) prepare ml-1m --out data/ml-1m; fi

ml100k: build data/ml-100k/meta.json
	$(call each,baselines,ml-100k)
	$(call each,actors,ml-100k)
	@$(RACT) table 2 --data ml-100k

# The rows of GroupLens' `u.data`, from a file where there is one, otherwise from the archive: the same split either way.
data/ml-100k/meta.json: | build
	@$(RACT) prepare ml-100k --out data/ml-100k $(if $(wildcard $(ML100K_CSV)),--input '$(ML100K_CSV)')

# Gowalla check-ins as `user,item`.
GOWALLA_CSV ?= $(SHARED)/data/gowalla/interactions.csv

# Every experiment of a group of experiments/index.toml on a data set, in turn. A finished run is only read, so that this goes
# on where it was stopped.
each = @for file in $$($(RACT) list $(1) --data $(2)); do $(RACT) run $$file || exit 1; done

actors: build data/ml-1m/meta.json
	$(call each,actors,ml-1m)

# Searches over an actor's settings; the validation users choose.
tuning: build data/ml-1m/meta.json
	@for file in $$($(RACT) list tuning); do $(RACT) sweep $$file || exit 1; done

actors-gowalla: build data/gowalla/meta.json
	$(call each,actors,gowalla)

baselines: build data/ml-1m/meta.json data/gowalla/meta.json
	$(call each,baselines,ml-1m)
	$(call each,baselines,gowalla)

# The old name.
rivals: baselines

# A critic with a fair chance, critics that see the boundary, and metrics that are no formula: MovieLens 1M and Amazon Electronic (hours).
critic-study: build data/ml-1m/meta.json data/amazon-electronic/meta.json
	$(call each,boundary,ml-1m)
	$(call each,boundary,amazon-electronic)
	$(call each,black-boxes,ml-1m)

# The splits of given training and test files, which others published results on.
GIVEN := gowalla-m1 yelp2018 amazon-electronic
# Where their files are: a folder with a folder for each, in which train.* and test.* are.
GIVEN_DATA ?= $(SHARED)/data

# Actors of the study: what is chosen on the validation items is trained anew with them.
GIVEN_ACTORS := mult-vae cosine-ae cosine-blend

# Hours on two cores, most of them for Gowalla and Yelp2018; it goes on where it was stopped.
study: build $(foreach data,$(GIVEN),data/$(data)/meta.json)
	@for data in $(GIVEN); do \
	  for file in $$($(RACT) list tuning --data $$data); do $(RACT) sweep $$file || exit 1; done; \
	  for file in $$($(RACT) list baselines --data $$data); do $(RACT) run $$file || exit 1; done; \
	  for actor in $(GIVEN_ACTORS); do \
	    for file in $$actor $$actor-refit; do $(RACT) run experiments/$$data/$$file.toml || exit 1; done; \
	  done; \
	  $(RACT) table 6 --data $$data --existing || exit 1; \
	done

$(foreach data,$(GIVEN),data/$(data)/meta.json): data/%/meta.json: | build
	@test -d '$(GIVEN_DATA)/$*' || { echo 'make: no folder $(GIVEN_DATA)/$*: name where it is with GIVEN_DATA=path' >&2; exit 1; }
	@$(RACT) prepare split --train $(wildcard $(GIVEN_DATA)/$*/train.*) --test $(wildcard $(GIVEN_DATA)/$*/test.*) --out data/$*

data/gowalla/meta.json: | build
	@test -f '$(GOWALLA_CSV)' || { echo 'make: no file $(GOWALLA_CSV): name one with GOWALLA_CSV=path' >&2; exit 1; }
	@$(RACT) prepare csv --input '$(GOWALLA_CSV)' --heldout-users 3000 --out data/gowalla

ncf: build data/ncf-ml-100k/meta.json
	$(call each,baselines,ncf-ml-100k)
	$(call each,actors,ncf-ml-100k)
	@$(RACT) table 3

data/ncf-ml-100k/meta.json: | build
	@if test -f '$(ML100K_CSV)'; then $(RACT) prepare ncf --input '$(ML100K_CSV)' --out data/ncf-ml-100k; \
	  else $(MAKE) data/ml-100k/meta.json && \
	  $(RACT) prepare ncf --input data/ml-100k.zip --format tsv --out data/ncf-ml-100k; fi

pages: build
	@$(RACT) pages --write

check-pages: build
	@$(RACT) pages

# What exists is taken from runs/ and experiments/results/; what is missing is trained.
tables: build data/ml-1m/meta.json data/gowalla/meta.json $(if $(wildcard experiments/results/ncf-ml-100k),,data/ncf-ml-100k/meta.json)
	@for number in 1 2 3 4 5; do $(RACT) table $$number || exit 1; done
	@$(RACT) table 2 --data gowalla
	@$(RACT) table 4 --data gowalla
	@for data in ml-20m-like netflix-like msd-like; do $(RACT) table 2 --data $$data --existing || exit 1; done

figures: build data/ml-1m/meta.json
	@for number in 1 2 3 4 5 6 7; do $(RACT) figure $$number || exit 1; done

# Copies what is small of finished runs to experiments/results: configuration, epochs, results, and what the data hold.
keep: build
	@$(RACT) keep ml-100k ml-1m gowalla ncf-ml-100k ml-20m-like netflix-like msd-like

ml20m-like: build data/ml-20m-like/meta.json
	@$(RACT) run experiments/ml-20m-like/mult-vae.toml

data/ml-20m-like/meta.json: | build
	@test -e data/ml-20m-like.csv || $(RACT) synth --like ml-20m --scale 1 --seed 1 --out data/ml-20m-like.csv
	@$(RACT) prepare ml-20m --input data/ml-20m-like.csv --out data/ml-20m-like

netflix: build data/netflix/meta.json
	@$(RACT) run experiments/netflix/mult-vae.toml

data/netflix/meta.json: | build
	@$(RACT) prepare netflix --out data/netflix $(if $(NETFLIX),--input '$(NETFLIX)')

msd: build data/msd/meta.json
	@$(RACT) run experiments/msd/mult-vae.toml

data/msd/meta.json: | build
	@$(RACT) prepare msd --out data/msd $(if $(MSD_TRIPLETS),--input '$(MSD_TRIPLETS)')

# Users go with the scale, items with its square root: so do the users that an item has.
SCALE ?= 0.05
scaled = $(shell awk 'BEGIN { printf "%.0f", $(1) * $(SCALE) ^ $(2) }')
# Other scales than the experiments' own stand in folders of their own.
OF_SCALE := $(if $(filter 0.05,$(SCALE)),,-$(SCALE))
NETFLIX_LIKE := data/netflix-like$(OF_SCALE)
MSD_LIKE := data/msd-like$(OF_SCALE)

netflix-like: build $(NETFLIX_LIKE)/meta.json
	@$(RACT) run experiments/netflix-like/mult-vae.toml --set data.path=$(NETFLIX_LIKE) --out runs/netflix-like$(OF_SCALE)/mult-vae

$(NETFLIX_LIKE)/meta.json: | build
	@test -e $(NETFLIX_LIKE)-raw || $(RACT) synth --like netflix --scale $(SCALE) --seed 1 --out $(NETFLIX_LIKE)-raw
	@$(RACT) prepare netflix --input $(NETFLIX_LIKE)-raw --heldout-users $(call scaled,40000,1) --out $(NETFLIX_LIKE)

msd-like: build $(MSD_LIKE)/meta.json
	@$(RACT) run experiments/msd-like/mult-vae.toml --set data.path=$(MSD_LIKE) --out runs/msd-like$(OF_SCALE)/mult-vae

$(MSD_LIKE)/meta.json: | build
	@test -e $(MSD_LIKE).txt || $(RACT) synth --like msd --scale $(SCALE) --seed 1 --out $(MSD_LIKE).txt
	@$(RACT) prepare msd --input $(MSD_LIKE).txt --min-item-users $(call scaled,200,0.5) \
	  --heldout-users $(call scaled,50000,1) --out $(MSD_LIKE)

BENCH := cargo bench --quiet -p ract --bench steps --
# What bench-compare times against, and the Python that runs it.
PEER ?= $(SHARED)/peers/torch_ract/bench_step.py
PYTHON ?= python3
# Its variants: f32; the precision that torch calls medium; operands in bf16. The best of each step counts.
VARIANTS ?= tuned medium bf16

bench:
	@$(BENCH) --out $(abspath target/bench.json) $(BENCH_ARGS)

bench-kernels:
	@cargo bench --quiet -p ract-autodiff --bench kernels

bench-compare:
	@test -f '$(PEER)' || { echo 'make bench-compare: no file $(PEER): name the script with PEER=path' >&2; exit 1; }
	@$(PYTHON) -c 'import torch' 2>/dev/null || { echo 'make bench-compare: $(PYTHON) has no torch: pip install torch numpy scipy pandas, or name another with PYTHON=path' >&2; exit 1; }
	@$(BENCH) $(foreach variant,$(VARIANTS),--peer '$(PYTHON) -B $(abspath $(PEER)) --variant $(variant)' --peer-name 'PyTorch $(variant)') \
	  --out $(abspath target/bench-compare.json) $(BENCH_ARGS)

GROWTH := $(BENCH) --brief --steps 8 --out $(abspath target/growth)

bench-growth:
	@for items in 5000 10000 20000 40000 80000; do $(GROWTH)/items-$$items.json --items $$items || exit 1; done
	@for batch in 125 250 1000 2000; do $(GROWTH)/batch-$$batch.json --batch $$batch || exit 1; done
	@for hidden in 150 300 1200; do $(GROWTH)/hidden-$$hidden.json --hidden $$hidden || exit 1; done
	@for per_user in 18 36 146; do $(GROWTH)/each-$$per_user.json --per-user $$per_user || exit 1; done

# Seconds of load on a service, and the connections that it comes from.
LOAD_SECONDS ?= 120
LOAD_CONNECTIONS ?= 16
LOAD_ADDRESS := 127.0.0.1:7799

load: build
	@command -v wrk > /dev/null || { echo 'make load: there is no wrk: install it (apt-get install wrk)' >&2; exit 1; }
	@$(RACT) run tests/load/run.toml --out target/load
	@$(RACT) serve target/load --listen $(LOAD_ADDRESS) & service=$$!; trap "kill $$service" EXIT; \
	  for _ in $$(seq 600); do curl -sf $(LOAD_ADDRESS)/health > /dev/null && break; sleep 0.1; done; \
	  wrk --threads 1 --connections $(LOAD_CONNECTIONS) --duration $(LOAD_SECONDS)s --latency \
	    --script tests/load/recommend.lua http://$(LOAD_ADDRESS)

test:
	cargo test --workspace

# Without it, the tests try a few of these faults.
soak:
	SOAK=all cargo test -p ract --test program faults -- --nocapture

# Seconds for each target, and which of them.
FUZZ_SECONDS ?= 600
TARGET ?= $(notdir $(basename $(wildcard fuzz/fuzz_targets/*.rs)))
FUZZ := cargo +nightly fuzz

# What is found lies in fuzz/artifacts. Inputs that reach new code are added to target/fuzz/corpus, not to the committed samples.
fuzz:
	@cargo +nightly --version > /dev/null 2>&1 || { echo 'make fuzz: no nightly Rust: rustup toolchain install nightly' >&2; exit 1; }
	@$(FUZZ) --version > /dev/null 2>&1 || { echo 'make fuzz: no cargo-fuzz: cargo install cargo-fuzz' >&2; exit 1; }
	@for target in $(TARGET); do \
	  test -f fuzz/fuzz_targets/$$target.rs || { echo "make fuzz: no target $$target: look in fuzz/fuzz_targets" >&2; exit 1; }; \
	  mkdir -p target/fuzz/corpus/$$target; \
	  $(FUZZ) run $$target --features libfuzzer --target-dir target/fuzz target/fuzz/corpus/$$target fuzz/corpus/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -dict=fuzz/dictionary.txt -max_len=16384 -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=512 \
	    || exit 1; \
	done

# Rayon's threads never end, and its queues cast numbers to pointers.
MIRI := MIRIFLAGS='-Zmiri-disable-isolation -Zmiri-tree-borrows -Zmiri-permissive-provenance -Zmiri-ignore-leaks -Zmiri-deterministic-floats' \
  RAYON_NUM_THREADS=2 cargo +nightly miri test --target-dir target/miri --lib

miri:
	@cargo +nightly miri --version > /dev/null 2>&1 || { echo 'make miri: rustup toolchain install nightly --component miri,rust-src' >&2; exit 1; }
	$(MIRI) -p ract-autodiff
	@# Not what exchanges folders: Miri has no such call. Not the generator and the resampling: they take hours there.
	$(MIRI) -p ract-data -- batch interactions split random dataset
	$(MIRI) -p ract metrics -- --skip significance

HOST := $(shell rustc -vV | sed -n 's/^host: //p')
# The standard library is built with the sanitizer too; without that, the thread sanitizer would see races where there are none.
SANITIZED = RUSTFLAGS='-Zsanitizer=$(1)' cargo +nightly test -Zbuild-std --target $(HOST) --target-dir target/$(1)-sanitizer --lib \
  -p ract-autodiff -p ract-data -p ract-models -p ract

sanitize:
	@rustup +nightly component list 2>/dev/null | grep -q 'rust-src (installed)' || { echo 'make sanitize: rustup toolchain install nightly --component rust-src' >&2; exit 1; }
	$(call SANITIZED,address)
	$(call SANITIZED,thread)

deps:
	@cargo deny --version > /dev/null 2>&1 && cargo machete --version > /dev/null 2>&1 || { echo 'make deps: cargo install cargo-deny cargo-machete' >&2; exit 1; }
	cargo deny --log-level error check licenses bans sources
	@# The database of known flaws is on the network.
	@if cargo deny fetch db > /dev/null 2>&1; then cargo deny check advisories; else echo 'advisories: the database cannot be had here: not checked'; fi
	cargo machete --with-metadata
	cargo +$(OLDEST_RUST) check --workspace --locked --target-dir target/oldest-rust

OLDEST_RUST := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

# Coverage adds instructions, so the test that counts them is left out.
COUNTS_INSTRUCTIONS := fixed_small_cases_take_no_more_instructions_than_noted

coverage:
	@cargo llvm-cov --version > /dev/null 2>&1 || { echo 'make coverage: cargo install cargo-llvm-cov; rustup component add llvm-tools' >&2; exit 1; }
	cargo llvm-cov --workspace --summary-only -- --skip $(COUNTS_INSTRUCTIONS)

mutants:
	cargo mutants --package ract-autodiff --file 'crates/autodiff/src/ops/*.rs' -- --tests

# The module graph of every crate; it fails on a circle. ARCHITECTURE_OF=path: of another tree.
architecture:
	@cargo test --quiet -p ract --test architecture -- --nocapture --test-threads=1

check: lint test

lint: fmt clippy docs

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets -- --deny warnings
	@# In the workspace `ract` turns the network on: this is the crate without it.
	cargo clippy -p ract-data -- --deny warnings

docs:
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps
