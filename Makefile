# Every target sets up what it needs. `make help` lists them.
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-kafka check fmt lint bench shape kafka promtool browser web-tools web-check loader lock settings-table sbom audit-packages clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  %-16s %s\n", $$1, $$2}'

setup: .venv/.synced ## a private environment from requirements.lock

.venv/.synced: requirements.lock local/setup.sh local/uv.txt
	@sh local/setup.sh

demo: setup ## the simulated city, live, on http://127.0.0.1:8700/ (PORT=8700)
	@$(PY) -m local demo --port $(or $(PORT),8700)

# Two at a time: they mostly wait, and no test asserts a second. Each half's output comes whole.
SIDE_BY_SIDE := $(MAKE) -j2 --output-sync=target --no-print-directory

test: setup browser web-tools loader promtool ## unit, agent, service and browser tests on the embedded broker
	@$(SIDE_BY_SIDE) test-units test-services

.PHONY: test-units test-services
BESIDE = demo misbehaviour keys snapshot retention# with these beside the units both halves take about the same
test-units:
	@node --test tests/unit/static/*.test.js
	@$(PY) -m pytest tests/unit tests/agents
	@$(PY) -m pytest tests/browser
	@$(PY) -m pytest $(BESIDE:%=tests/services/test_%.py)

test-services:
	@$(PY) -m pytest tests/services $(BESIDE:%=--ignore=tests/services/test_%.py)

test-kafka: setup kafka ## the service tests that stand on the log, on Apache Kafka and redis-server
	@$(SIDE_BY_SIDE) kafka-of-workers kafka-of-logs

.PHONY: kafka-of-workers kafka-of-logs
OF_WORKERS = worker audit calls# KAFKA_TESTS=tests/services has them all run there
OF_LOGS = pipeline snapshot subscriptions records
kafka-of-workers:
	@TEST_KAFKA=apache $(PY) -m pytest $(or $(KAFKA_TESTS),$(OF_WORKERS:%=tests/services/test_%.py))

kafka-of-logs:
	@$(if $(KAFKA_TESTS),true,TEST_KAFKA=apache $(PY) -m pytest $(OF_LOGS:%=tests/services/test_%.py))

.PHONY: test-faults soak
test-faults: setup kafka ## every fault row on Apache Kafka and redis-server; FAULT_RESULTS=FILE keeps figures
	@$(SIDE_BY_SIDE) faults-of-stores faults-of-feeds

.PHONY: faults-of-stores faults-of-feeds
FAULTS_OF_STORES = workers broker redis partitions
faults-of-stores:
	@$(PY) -m pytest $(FAULTS_OF_STORES:%=tests/faults/test_%.py)

faults-of-feeds:
	@$(PY) -m pytest tests/faults $(FAULTS_OF_STORES:%=--ignore=tests/faults/test_%.py)

soak: setup kafka ## the same rows, longer and larger (FAULT_SCALE=5), their times judged, and ten minutes of fuzzing (FUZZ_S)
	@FUZZ_S=$(or $(FUZZ_S),600) $(PY) -m pytest -s tests/unit/producers/feeds/test_fuzz_parsers.py tests/unit/streams/domain/stages/test_fuzz_folds.py
	@FAULT_TIMES=1 FAULT_SCALE=$(or $(FAULT_SCALE),5) $(PY) -m pytest tests/faults

check: fmt-check lint web-check ## formatting, lint, types, import contracts

fmt: setup ## format and fix what can be fixed
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

.PHONY: fmt-check
fmt-check: setup
	@$(PY) -m ruff format --check .

lint: setup ## ruff, mypy --strict, import contracts
	@$(PY) -m ruff check . && $(PY) -m mypy && .venv/bin/lint-imports

web-check: web-tools ## tsc --strict and ESLint over the browser's code
	@node_modules/.bin/tsc && node_modules/.bin/eslint .

web-tools: node_modules/.synced ## node, through apt where it is missing, and the tools of package-lock.json

node_modules/.synced: package-lock.json
	@sh local/setup.sh web

bench: setup kafka browser .cache/quix/.synced ## every figure of the documents, in 20 minutes (ROWS="latency web": those)
	@$(PY) -m bench $(if $(ROWS),--only $(ROWS)); measured=$$?; $(PY) -m bench.table --write && exit $$measured

.cache/quix/.synced: bench/requirements.lock
	@sh local/setup.sh quix

shape: setup browser ## how much of the code one change touches, in figures with bounds
	@$(PY) -m local.shape

kafka: .cache/kafka/.fetched ## Apache Kafka from its Maven artifacts, for test-kafka

.cache/kafka/.fetched: local/kafka/pom.xml
	@sh local/setup.sh kafka

loader: .cache/loader/.built ## what `docker compose config` and `kubectl kustomize` read with, for the tests

.cache/loader/.built: local/loader/compose/main.go local/loader/kustomize/main.go local/loader/go.sum
	@sh local/setup.sh loader

promtool: .cache/prometheus/.fetched ## what checks the alert rules of docs/monitoring, from Debian's package

.cache/prometheus/.fetched:
	@sh local/setup.sh promtool

browser: ## Chromium and a Korean font, through apt where they are missing
	@sh local/setup.sh browser

lock: setup ## compile requirements.lock anew from pyproject.toml
	@sh local/setup.sh lock

sbom: setup ## what the image is made of, as CycloneDX: sbom.json
	@$(PY) -m local.packages sbom

audit-packages: setup ## known vulnerabilities of the packages in the image, asked of their database
	@$(PY) -m local.packages audit

settings-table: setup ## write the settings tables of docs/ anew
	@$(PY) -m local.settings_table --write

clean: ## remove the private environment and caches
	@rm -rf .venv .cache node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
