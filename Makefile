# Two commands for a fresh machine: `make demo` and `make test`. Each installs what is missing.

VENV ?= .venv
BIN := $(VENV)/bin
export VENV

.PHONY: demo test lint unit e2e contract machines bench prepare example clean

demo: prepare example ## the main job in the sandbox, from nothing to nothing
	@examples/demo

test: prepare lint unit e2e ## everything that CI holds

prepare:
	@.ci/prepare

example: examples/hello/httpd

# A static web server from the distribution's own package: nothing to compile or download.
examples/hello/httpd: /bin/busybox
	@cp $< $@

lint: prepare
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: prepare
	$(BIN)/pytest tests/unit -n 2

# Mostly waiting for machines, so the two halves wait side by side.
e2e: prepare example ## real SSH, a real Engine, real machines in the sandbox
	@$(MAKE) --no-print-directory -j2 --output-sync=target contract machines

contract:
	$(BIN)/pytest tests/contract

machines:
	$(BIN)/pytest tests/e2e tests/faults

bench: prepare example
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache examples/hello/httpd
