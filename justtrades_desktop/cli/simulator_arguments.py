"""What ``justtrades simulator`` takes; apart from it, so that no web server is loaded for that."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_simulator(parser: argparse.ArgumentParser, port: Callable[[str], int]) -> None:
    """Its options; ``port`` reads one."""
    parser.add_argument(
        "--port", type=port, default=8788, metavar="P", help="listen here (8788; 0: any free one)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the market (1)")
    parser.add_argument(
        "--still", action="store_true", help="prices move only by the script and by hand"
    )
    parser.add_argument("--script", metavar="FILE", help="JSON lines: when, and what then")
    parser.add_argument("--state", metavar="FILE", help="go on from here, and keep it here")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[@N][:PATTERN]",
        help="at the Nth matching call or event: lost-after@1:order/placeorder",
    )
    parser.add_argument("--faults", type=int, metavar="COUNT", help="so many faults by the seed")
    fills = parser.add_argument_group("fills")
    fills.add_argument("--fee", default="0", metavar="AMOUNT", help="per contract and fill (0)")
    fills.add_argument(
        "--slippage", type=int, default=0, metavar="TICKS", help="of every market fill (0)"
    )
    fills.add_argument(
        "--partial", type=float, default=0.0, metavar="CHANCE", help="of filling in parts, 0 to 1"
    )
    fills.add_argument("--most", type=int, metavar="N", help="contracts that one trade may fill")
    fills.add_argument(
        "--session-hours", action="store_true", help="refuse orders while CME is closed"
    )
    parser.add_argument("--user", default="paper", metavar="NAME", help="who may log in (paper)")
    parser.add_argument("--password", default="simulator", metavar="PW", help="(simulator)")
