# Two commands are enough: `make run` and `make test`. What they do is in tools/, in plain Python.

# Any Python from 3.9 on can start the tools; they look for a Python 3.12 themselves.
STARTERS := .venv/bin/python python3 python3.12 python3.13 python3.14 python3.11 /usr/bin/python3 /usr/local/bin/python3 \
	/opt/homebrew/bin/python3 $(HOME)/.pyenv/versions/*/bin/python3 $(HOME)/.local/share/uv/python/*/bin/python3
START := $(shell for p in $(STARTERS); do "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1 \
	&& { echo "$$p"; break; }; done)
TOOLS = @if [ -z "$(START)" ]; then \
	echo "✗ Python est introuvable. / Python was not found." >&2; \
	echo "    apt-get install -y python3 python3-venv   (macOS : brew install python@3.12)" >&2; exit 1; fi; \
	exec "$(START)" -m tools

.PHONY: run test check bench storm requirements help
.DEFAULT_GOAL := help

help:
	@echo "make run            démarre Déclic sur http://127.0.0.1:8000 avec les dispositifs de démonstration (PORT=8001 pour un autre port)"
	@echo "make test           vérifie le code, puis tous les essais, navigateur compris"
	@echo "make check          vérifie le code, puis les essais sans navigateur"
	@echo "make bench SIZE=operator|region|nation   remplit une base jetable et mesure les pages"
	@echo "make storm          64 fils prêtent et reprennent 50 machines pendant une minute, des connexions coupées au hasard"
	@echo "make requirements   recompile requirements/*.txt"

run:
	$(TOOLS) run

test:
	$(TOOLS) test

check:
	$(TOOLS) check

bench:
	$(TOOLS) bench $(SIZE)

storm:
	$(TOOLS) storm

requirements:
	$(TOOLS) requirements
