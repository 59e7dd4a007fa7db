# Everything a checkout can do; `make help` lists it. The work is in scripts/ and Benchmarks/.

.DEFAULT_GOAL := help
.PHONY: help demo test build lint bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: ## build, send campaigns/welcome to a receiver on this machine, compare both ends
	@scripts/demo

test: ## build and run every test
	@scripts/test

build: ## build the release binary, .build/release/sluice
	@scripts/setup build
	@swift build -c release --product sluice

lint: ## check the format of the Swift sources, changing nothing
	@swift format lint --strict -r Sources Tests Benchmarks Package.swift

bench: ## compare with the floor, smtp-source and Postfix; BENCH="--quick" for two minutes of it
	@scripts/setup bench
	@Benchmarks/run $(BENCH)

clean: ## remove everything that was built
	@rm -rf .build
