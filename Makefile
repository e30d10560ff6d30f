# Countersign's front door. Everything is built in .venv from the locked requirements; nothing is installed elsewhere.

PYTHON ?= python3.11
PORT ?= 8000
PY := .venv/bin/python

.DELETE_ON_ERROR:
CHECKS := check-types check-style check-layers check-site check-templates
.PHONY: help demo test check $(CHECKS) mutations fuzz bench pictures messages lock audit clean

help:
	@echo "make demo    the whole site with sample pages, on http://127.0.0.1:$(PORT)/ (PORT=… for another)"
	@echo "make test    every test, on SQLite, on PostgreSQL and in a browser"
	@echo "make check   style, structure, types, migrations, settings, templates"
	@echo "make mutations   whether the tests see twenty faults (a quarter of an hour)"
	@echo "make fuzz    10,000 odd requests of visitors and 2,000 of the staff, on both engines"
	@echo "make bench   how fast it is"
	@echo "make pictures   take the screenshots of the guides again"
	@echo "make messages   collect the marked texts into the English catalogue (needs gettext)"
	@echo "make lock    pin the requirements again (UPGRADE=--upgrade for newer versions)"
	@echo "make audit   known holes in what is installed, its licences, and a list of parts (sbom.json)"
	@echo "make clean   remove what was built; keep your settings and data"

# Before the slow part, so that a taken port is the first thing you read and not the last.
PORT_IS_FREE := import socket, sys; s = socket.socket(); \
	s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1])))

demo: export COUNTERSIGN_DEMO := 1
demo: .venv/.installed .env
	@$(PY) -c '$(PORT_IS_FREE)' $(PORT) 2>/dev/null || \
		{ echo "Port $(PORT) is taken or not allowed. Choose another: make demo PORT=8001"; exit 1; }
	@echo "Preparing the database …"
	@$(PY) manage.py migrate --verbosity 0
	@echo "Collecting static files …"
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@echo "Loading the sample pages …"
	@$(PY) manage.py load_demo --port $(PORT)
	@echo "Serving. Ctrl-C stops it."
	@exec $(PY) -m gunicorn config.wsgi --bind 127.0.0.1:$(PORT) \
		--workers 2 --threads 4 --log-level warning --no-control-socket

test: .venv/.installed .env
	@$(PY) tests/run

# Two at a time; each prints its output whole.
check: .venv/.installed .env
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target $(CHECKS)

check-types:
	.venv/bin/mypy

check-style:
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	$(PY) -m tests.code_style

check-layers:
	.venv/bin/lint-imports

check-site:
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check --fail-level WARNING

check-templates:
	$(PY) manage.py check_templates

mutations: .venv/.installed .env
	@$(PY) -m tests.mutations

# Requests that nobody should send: a part of them is sent by `make test`.
fuzz: .venv/.installed .env
	@$(PY) -m tests.fuzz

bench: .venv/.installed .env
	@$(PY) -m benchmarks $(BENCH)

# Built afresh whenever the lock changes, so that it holds what the lock says and nothing else. Twice quiet: pip
# still tells its errors, but not its opinion of this machine's settings.
.venv/.installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 is missing. Install it (on Debian: apt-get install python3.11 python3.11-venv)" \
		"or give its path: make PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "Python's venv module is missing. Install it (on Debian: apt-get install python3.11-venv)."; exit 1; }
	@echo "Building .venv (about a minute, once) …"
	@$(PYTHON) -m venv --clear .venv
	@$(PY) -m pip install --require-hashes --quiet --quiet --disable-pip-version-check -r $<
	@touch $@

# Made once, readable by you alone, and yours from then on. The alphabet leaves out what is easily misread.
.env: | .venv/.installed
	@umask 077 && $(PY) -c 'from secrets import choice, token_urlsafe; \
		print("SECRET_KEY=" + token_urlsafe(50)); \
		print("DEMO_PASSWORD=" + "".join(choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(8)))' > $@

pictures: .venv/.installed .env
	@$(PY) docs/screenshots.py

messages: .venv/.installed .env
	$(PY) manage.py makemessages --locale en --no-location --no-wrap --no-obsolete \
		--ignore .venv --ignore tests --ignore docs --ignore benchmarks

COMPILE = .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(UPGRADE)

# A lock is for every machine: it may name no index and no path of this one.
lock: .venv/.installed
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-s3.txt requirements-s3.in
	$(COMPILE) --output-file requirements-dev.txt requirements-dev.in
	$(COMPILE) --output-file requirements-audit.txt requirements-audit.in
	@! grep -nE '://|^-|[ =]/' requirements.txt requirements-s3.txt requirements-dev.txt \
		requirements-audit.txt

# The tools stand apart from what they look at: an environment with what a site runs on, and nothing else.
AUDIT := .audit/tools/bin
.audit/.installed: requirements.txt requirements-audit.txt
	@echo "Building .audit (two minutes, once) …"
	@$(PYTHON) -m venv --clear .audit/tools
	@$(PYTHON) -m venv --clear --without-pip .audit/site
	@$(AUDIT)/python -m pip install --require-hashes --quiet --quiet --disable-pip-version-check -r requirements-audit.txt
	@$(AUDIT)/python -m pip --python .audit/site/bin/python install --require-hashes --quiet --quiet \
		--disable-pip-version-check -r requirements.txt
	@touch $@

audit: .audit/.installed
	@$(AUDIT)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file sbom.json .audit/site/bin/python
	@$(AUDIT)/python docs/licences.py .audit/site/bin/python
	@$(AUDIT)/pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict

clean:
	rm -rf .venv .audit staticfiles screenshots .pytest_cache .hypothesis .ruff_cache .import_linter_cache .mypy_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Kept: .env, db.sqlite3 and images, your settings and data. Delete them by hand to start over."
