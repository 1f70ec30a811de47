# Five lines a recipe, no logic: what a night does stands in flows/, how .venv is made in infra/setup.
.PHONY: run up down test test-all lint bench lock licences clean

run: .venv/.run  ## one night on the embedded sample
	.venv/bin/daybreak run

up: .venv/.run  ## the stack: Prefect's and MLflow's pages, a worker, the nightly schedule
	.venv/bin/daybreak up

down: .venv/.run  ## end it
	.venv/bin/daybreak down

test: .venv/.dev  ## the quick tests
	.venv/bin/python -m pytest -n 2 --no-loadscope-reorder -m "not slow"

test-all: .venv/.dev  ## every test
	.venv/bin/python -m pytest -n 2 --no-loadscope-reorder

lint: .venv/.dev  ## style, types and the import rules
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/.dev  ## measure what docs/benchmarks.md states
	.venv/bin/python -m pytest tests/benchmarks -o python_files="bench_*.py" -s

lock: .venv/.dev  ## write requirements.lock again, keeping every version that still fits
	PIP_CONSTRAINT=requirements.lock .venv/bin/python -m pip install --quiet uv
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --extra dev --group build \
	  --annotation-style line --custom-compile-command "make lock" -o requirements.lock pyproject.toml

licences: .venv/.dev  ## the licence of every dependency
	.venv/bin/pip-licenses --python=.venv/bin/python --from=mixed --with-urls --format=markdown

clean:  ## the environment and every tool's cache; models, runs and data stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/.run: requirements.lock pyproject.toml
	@infra/setup run

.venv/.dev: requirements.lock pyproject.toml
	@infra/setup dev
