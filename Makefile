# The commands of this project; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test check train evaluate bench storm setup

UV := ./scripts/uv
# Rasa lives alone: its own environment on Python 3.10, run from here.
AGENT := $(UV) run --no-sync --project nlu
GATEWAY := $(UV) run --no-sync
ENGINE := secantusdb==0.6.0b17
# Images often switch bytecode off; Rasa then takes 20 seconds longer to import.
export PYTHONDONTWRITEBYTECODE :=

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: setup ## set up, train if need be, start everything here and say how to chat
	@$(AGENT) python -m nlu.training --if-needed
	@$(GATEWAY) shakwa run

test: setup ## set up, train if need be, and pass every test
	@./scripts/chromium >/dev/null
	@$(AGENT) python -m nlu.training --if-needed
	$(GATEWAY) pytest
	$(AGENT) pytest -c nlu/pytest.ini --rootdir .
	$(AGENT) python -m nlu.conversation_tests tests/conversations

check: setup ## lint, formatting, types for both Pythons, arrows between rooms, words, training text
	$(GATEWAY) ruff check .
	$(GATEWAY) ruff format --check .
	$(GATEWAY) pyright
	$(GATEWAY) pyright --project nlu
	$(GATEWAY) lint-imports
	$(GATEWAY) python scripts/check_words.py
	$(GATEWAY) python scripts/check_data.py

train: setup ## train a model from nlu/data
	$(AGENT) python -m nlu.training

evaluate: setup ## measure what the newest model understands: reports/understanding.html
	$(AGENT) python -m nlu.evaluation --out reports \
		$(if $(ARBANKING),--arbanking "$(ARBANKING)") $(if $(DIET),--diet "$(DIET)") $(if $(QUICK),--quick)

bench: setup ## measure, against peers in the same run
	$(AGENT) python benchmarks/turns.py
	$(GATEWAY) python benchmarks/widget.py

storm: setup ## a thousand citizens at once while everything goes wrong: count what arrives
	$(GATEWAY) python -m tests.e2e.storm 1000

setup: ## both environments and the embedded store
	@echo "Setting up the gateway (Python 3.12) …"
	@$(UV) sync --quiet --compile-bytecode
	@echo "Setting up the agent (Python 3.10, Rasa) …"
	@$(UV) sync --quiet --compile-bytecode --project nlu
	@$(UV) tool run --offline --from $(ENGINE) secantusd-rs --version >/dev/null 2>&1 \
		|| { echo "Bringing the embedded store …"; $(UV) tool run --from $(ENGINE) secantusd-rs --version >/dev/null; }
