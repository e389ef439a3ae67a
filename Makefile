# What a contributor types. `make help` lists it.
PYTHON ?= python
BIN := $(if $(wildcard .venv/bin),.venv/bin/)

.PHONY: help check fix test live demo lock

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' Makefile

check:  ## format, lint, types and tests, as CI runs them
	KEEP_ENVIRONMENT=1 .ci/run

fix:  ## format, and mend what ruff can mend
	$(BIN)ruff format .
	$(BIN)ruff check --fix .

test:  ## all tests
	$(PYTHON) install.py test

live:  ## tests against a running host (COMFYUI_HOST=http://127.0.0.1:8188) and a CUDA card
	$(PYTHON) install.py test tests/hosts/comfyui/test_live.py
	$(PYTHON) install.py test -m gpu

demo:  ## the demo app
	$(PYTHON) install.py demo

# Existing pins stay where they still fit; delete a line to renew it. torch pins its own CUDA
# libraries, so those lines are left out, and a CPU build of the same torch may take its place.
lock:  ## resolve requirements.lock anew, for every Python from 3.10 (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.10 \
		--quiet --no-annotate --custom-compile-command "make lock" -o requirements.lock
	sed -i.old -E -e "/^(nvidia-|cuda-|triton)|sys_platform == 'emscripten'/d" \
		-e "s/ and sys_platform != 'emscripten'//" requirements.lock && rm requirements.lock.old
