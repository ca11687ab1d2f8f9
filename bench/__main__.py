"""``python -m bench [NAME ...]``: measure and print; names as below, all without any."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench.acknowledge import acknowledgement, with_a_million
from bench.broker import broker
from bench.execution import execution
from bench.frames import frames
from bench.journal import journal
from bench.lag import loop_lag
from bench.start import start
from bench.table import Row
from bench.ticks import ticks

MEASUREMENTS: dict[str, Callable[[], list[Row]]] = {
    "acknowledge": acknowledgement,
    "million": with_a_million,
    "lag": loop_lag,
    "journal": journal,
    "frames": frames,
    "start": start,
    "ticks": ticks,
    "broker": broker,
    "execution": execution,
}


def main(names: list[str]) -> int:
    """Print each table as soon as it is measured; 2 for a name that does not exist."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        print(
            f"bench: there is no {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}"
        )
        return 2
    print(Row("what", "figure", "goal").line() + "  met")
    for name in names or MEASUREMENTS:
        for row in MEASUREMENTS[name]():
            print(row.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
