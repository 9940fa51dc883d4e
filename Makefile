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

# Three parts at a time, in the order given, the longest first: two leave a part of two cores idle, and no
# test asserts a second. As one ends make begins the next, so that none runs long alone. Each part's output
# comes whole. After a failure those that run end, no other begins, and the end of what failed comes last.
SIDE_BY_SIDE := $(MAKE) -j3 --output-sync=target --no-print-directory
in_queue = @queue=$$(mktemp -d) && trap 'rm -r $$queue' EXIT && QUEUE=$$queue $(SIDE_BY_SIDE) $(1) || \
	{ tail -v -n 25 $$queue/* 2>/dev/null; exit 1; }
PART = @sh local/part.sh $@

OF_TESTS = test-logs test-servers test-browser test-streams test-rooms test-cities
OF_KAFKA = kafka-calls kafka-snapshots kafka-workers
OF_FAULTS = faults-endpoints faults-workers faults-stores faults-feeds faults-walls

test: setup browser web-tools loader promtool ## unit, agent, service and browser tests on the embedded broker
	$(call in_queue,$(OF_TESTS))

test-kafka: setup kafka ## the service tests that stand on the log, on Apache Kafka and redis-server
	$(call in_queue,$(if $(KAFKA_TESTS),kafka-chosen,$(OF_KAFKA)))

test-faults: setup kafka ## every fault row on Apache Kafka and redis-server; FAULT_RESULTS=FILE keeps figures
	$(call in_queue,$(OF_FAULTS))

test-all: setup browser web-tools loader promtool kafka ## test, test-kafka and test-faults in one queue
	$(call in_queue,test-logs test-servers test-browser kafka-calls test-streams faults-endpoints \
		kafka-snapshots test-rooms faults-workers kafka-workers faults-stores test-cities faults-feeds faults-walls)

.PHONY: test-faults test-all soak soak-city $(OF_TESTS) $(OF_KAFKA) kafka-chosen $(OF_FAULTS)
OF_CITIES = demo misbehaviour keys chuncheon replay
OF_LOGS = worker audit calls pipeline snapshot subscriptions records retention dispatch fresh_log chunks cluster
test-logs:
	$(PART) $(PY) -m pytest $(OF_LOGS:%=tests/services/test_%.py)

test-servers:
	$(PART) $(PY) -m pytest tests/services $(patsubst %,--ignore=tests/services/test_%.py,$(OF_LOGS) $(OF_CITIES))

test-browser:
	$(PART) $(PY) -m pytest tests/browser

test-streams:
	$(PART) $(PY) -m pytest tests/unit/streams tests/unit/laws

test-cities:
	$(PART) $(PY) -m pytest $(OF_CITIES:%=tests/services/test_%.py)

test-rooms:
	$(PART) node --test tests/unit/static/*.test.js
	$(PART) $(PY) -m pytest tests/unit tests/agents --ignore=tests/unit/streams --ignore=tests/unit/laws

ON_KAFKA = $(PART) env TEST_KAFKA=apache $(PY) -m pytest
kafka-chosen: # KAFKA_TESTS=tests/services has them all run there
	$(ON_KAFKA) $(KAFKA_TESTS)

kafka-workers:
	$(ON_KAFKA) tests/services/test_worker.py tests/services/test_audit.py

kafka-snapshots:
	$(ON_KAFKA) tests/services/test_snapshot.py tests/services/test_pipeline.py

kafka-calls:
	$(ON_KAFKA) tests/services/test_calls.py tests/services/test_subscriptions.py tests/services/test_records.py

FAULTS_OF_STORES = broker redis partitions
FAULTS_OF_ENDPOINTS = webhooks webhook_guard records
FAULTS_OF_WORKERS = workers loops
FAULTS_APART = $(FAULTS_OF_STORES) $(FAULTS_OF_ENDPOINTS) $(FAULTS_OF_WORKERS) walls
faults-stores:
	$(PART) $(PY) -m pytest $(FAULTS_OF_STORES:%=tests/faults/test_%.py)

faults-endpoints:
	$(PART) $(PY) -m pytest $(FAULTS_OF_ENDPOINTS:%=tests/faults/test_%.py)

faults-workers:
	$(PART) $(PY) -m pytest $(FAULTS_OF_WORKERS:%=tests/faults/test_%.py)

faults-walls: # on a broker of its own
	$(PART) $(PY) -m pytest tests/faults/test_walls.py

faults-feeds:
	$(PART) $(PY) -m pytest tests/faults $(FAULTS_APART:%=--ignore=tests/faults/test_%.py)

soak: setup kafka ## the same rows, longer and larger (FAULT_SCALE=5), their times judged, ten minutes of fuzzing (FUZZ_S), every law on LAWS_EXAMPLES cases
	@FUZZ_S=$(or $(FUZZ_S),600) $(PY) -m pytest -s tests/unit/producers/feeds/test_fuzz_parsers.py tests/unit/streams/domain/stages/test_fuzz_folds.py
	@LAWS_EXAMPLES=$(or $(LAWS_EXAMPLES),300) $(PY) -m pytest tests/unit/laws
	@FAULT_TIMES=1 FAULT_SCALE=$(or $(FAULT_SCALE),5) $(PY) -m pytest tests/faults
	@FAULT_TIMES=1 $(PY) -m pytest tests/services/test_closures.py # within a second on the map
	@$(MAKE) --no-print-directory soak-city

soak-city: setup kafka ## a day of the city run fast (SOAK_HOURS=24, steps of SOAK_STEP_S=180); keys, memory, handles may not grow
	@SOAK_HOURS=$(or $(SOAK_HOURS),24) SOAK_STEP_S=$(or $(SOAK_STEP_S),180) $(PY) -m pytest -s tests/faults/test_soak.py

check: setup web-tools ## formatting, lint, types, import contracts
	@$(SIDE_BY_SIDE) lint fmt-check web-check

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
