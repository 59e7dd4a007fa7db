# Everything a checkout can do; `make help` lists it. The work is in scripts/ and Benchmarks/.

.DEFAULT_GOAL := help
.PHONY: help demo test build lint bench bench-pacing bench-micro instructions fuzz torture clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: ## build, send campaigns/welcome to a receiver on this machine, compare both ends
	@scripts/demo

test: ## build and run every test
	@scripts/test

build: ## build the release binary, .build/release/sluice
	@scripts/setup build
	@swift build -c release --product sluice

lint: ## check the format of the Swift sources, changing nothing
	@swift format lint --strict -r Sources Tests Benchmarks Fuzz Package.swift

bench: ## compare with the floor, smtp-source and Postfix; BENCH="--quick" for two minutes of it
	@scripts/setup bench
	@Benchmarks/run $(BENCH)

bench-pacing: ## limits kept and used, as receivers see it; PACING="--short", PACING="--hidden"
	@scripts/setup build
	@Benchmarks/pacing/run $(PACING)

bench-micro: ## measure the steps of the per-message path; MICRO="thresholds check --path Benchmarks/thresholds"
	@scripts/setup build
	@SLUICE_BENCHMARKS=1 swift package --scratch-path .build-micro --allow-writing-to-package-directory benchmark $(MICRO)

instructions: ## count the instructions of a message and compare with Benchmarks/instructions.json
	@scripts/setup count
	@Benchmarks/instructions

fuzz: ## feed made-up input to everything that reads from outside, each for SECONDS_EACH=10
	@scripts/setup build
	@Fuzz/run $(or $(SECONDS_EACH),10)

torture: ## kill senders, cut their power, fill their disks; check that nobody is lost, ROUNDS=25
	@scripts/setup torture
	@Tests/Torture/run --rounds $(or $(ROUNDS),25) $(TORTURE)

clean: ## remove everything that was built
	@rm -rf .build .build-micro .build-fuzz
