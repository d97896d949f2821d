# What can one do here? `make` alone says it.
# Needs Python 3.11 or later with venv, and make. Everything else is installed into .venv from the lock files.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Answers "is the environment as the locks say?"; written last, so a broken install is tried again.
STAMP := $(VENV)/.installed
# One more than the usual two cores: many tests wait for a daemon, a server, a second.
WORKERS ?= 3
# Bytecode is written, whatever the machine says: the tests start hundreds of commands, each in two thirds of the time.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install run test test-peers check format lint imports types bench slips mutants crash kills faults soak fortnight simulate lock clean

help: ## 列出全部命令 · show this list
	@printf '用法 Usage: make <target>\n\n'
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\nPYTHON=%s (换一个 Python:make install PYTHON=python3.12)\n' '$(PYTHON)'

install: $(STAMP) ## 建好 .venv,按锁文件装齐 · create .venv from the lock file

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "需要 Python 3.11 以上 · Python 3.11 or later is needed: make install PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: install ## 用示例规则和示例单启动服务 · start the daemon with the demo rulebook
	$(BIN)/waybill demo

test: install ## 全部测试,含格式、静态检查、类型、导入 · every test; format, lint, types and imports are among them
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Programs of other people that our users run beside us; tests/peers talks to them, in a network of its own where only `lo` exists.
PEERS := kannel kannel-extras baresip-core espeak-ng sox libsox-fmt-base iproute2 util-linux chromium fonts-wqy-microhei
ALONE := unshare $(if $(filter 0,$(shell id -u)),-n,-rn) bash -c 'ip link set lo up && ip addr add 10.99.0.1/32 dev lo && exec timeout 900 "$$@"' alone

test-peers: install ## 装好别家的程序,测和它们合得来(要 npm;apt 要 root) · install other people's programs and test with them (needs npm; apt needs root)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-peers.lock
	npm install --prefix .peers --no-save --no-audit --no-fund --silent yaml-language-server@2.0.0 axe-core@4.14.1
	@if ! dpkg --status $(PEERS) >/dev/null 2>&1; then if [ "$$(id -u)" = 0 ]; then apt-get install -y --no-install-recommends $(PEERS); else echo '缺少 · missing: apt-get install $(PEERS)' >&2; fi; fi
	$(BIN)/python -m pytest -m 'not peers' tests/peers
	$(ALONE) $(BIN)/python -m pytest -m peers tests/peers
	$(BIN)/python -m pytest -m slow tests/tidy

check: install format lint imports types ## 只做静态检查,几秒钟 · the static checks alone, in seconds

format: install ## 格式对不对(只看不改) · is the format right? changes nothing
	$(BIN)/ruff format --check .

lint: install ## ruff 静态检查 · ruff
	$(BIN)/ruff check .

imports: install ## 谁可以导入谁 · who may import whom
	$(BIN)/lint-imports --no-cache

types: install ## mypy --strict
	$(BIN)/mypy

bench: install ## 测性能,数字记入 docs/performance.md · measure; the numbers of docs/performance.md
	$(BIN)/python bench/run.py
	$(BIN)/python bench/live.py
	$(BIN)/python bench/load.py
	$(BIN)/python bench/desk.py
	$(BIN)/python bench/pg.py

slips: install ## 每个词都写错一遍,看查出多少 · misspell every word of the shipped rulebook: how many slips are caught?
	$(BIN)/python -m tests.proving.slips --jobs $(WORKERS)

mutants: install ## 十万个改坏的文件,个个要有回答 · a hundred thousand broken files, each must be answered
	$(BIN)/python -m tests.proving.mutants --jobs $(WORKERS)

crash: install ## 反复 kill -9 真正的进程 · kill -9 a real daemon, again and again
	$(BIN)/python -m pytest tests/crash -m crash

SOAK_MINUTES ?= 60
SOAK ?=

kills: install ## SQLite、PostgreSQL 各 kill -9 两百次,逐条对账 · two hundred times kill -9 on each, everything acknowledged is looked for
	$(BIN)/python -m tests.faults.kills

faults: install ## 四十六种故障逐一来过,再跑 kills · all forty-six faults, then the kills
	$(BIN)/python -m pytest tests/faults tests/crash -m 'crash or not crash' -n $(WORKERS) --dist loadfile
	$(BIN)/python -m tests.faults.kills

soak: install ## 一小时混合负载加故障,最后对账(SOAK_MINUTES=20,SOAK='--db postgresql') · an hour of mixed load and faults, with an audit at the end
	$(BIN)/python -m tests.soak.run --minutes $(SOAK_MINUTES) $(SOAK)

fortnight: install ## 模拟两周、一万单:台风、关停、晚到的报文 · a simulated fortnight of ten thousand orders; the figures of docs/fortnight.md
	$(BIN)/python -m tests.simulation.figures --cases 10000

simulate: install ## 两个服务在各种故障里跑:SEED=1 SEEDS=20 STEPS=300 · two daemons in a storm of every fault, drawn from a seed
	$(BIN)/python -m tests.simulation.drive --seed $(or $(SEED),1) --seeds $(or $(SEEDS),20) --steps $(or $(STEPS),300) $(or $(STORM),--restores --holds)

lock: install ## 依赖改了以后重写锁文件 · rewrite the lock files after a change of dependencies
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --python-version 3.11 --custom-compile-command 'make lock' --quiet -o requirements.lock > /dev/null
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --python-version 3.11 --custom-compile-command 'make lock' --quiet -o requirements-dev.lock > /dev/null
	$(BIN)/uv pip compile pyproject.toml --group dev --group peers --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --python-version 3.11 --custom-compile-command 'make lock' --quiet -o requirements-peers.lock > /dev/null

clean: ## 删掉 .venv、缓存和构建产物 · remove .venv, caches and build products
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
