# Each target is a command of dev.py, which sets up what it needs: make run ARGS="--port 0"
# Where there is no make (Windows): py dev.py run

# A version manager may leave a python3.x that does not run: ask each one, take the first to answer.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	if $$p -c '$(FITS)' >/dev/null 2>&1; then echo $$p; exit; fi; done; echo python3)

.PHONY: run demo test check bench pictures installer prove lock clean

run demo test check bench pictures installer prove lock clean:
	@$(PYTHON) dev.py $@ $(ARGS)
