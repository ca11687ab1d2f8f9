"""The grammar of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from justtrades_desktop.domain.signals import Opposite, Outcome

Run = Callable[[argparse.Namespace], int]


_MOST = 2**31


class _Parser(argparse.ArgumentParser):
    """Wrong use is one line on stderr and exit 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"justtrades: {message} (see `{self.prog} --help`)\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The chosen command as a namespace whose ``run`` carries it out; exits 2 on wrong use."""
    # Not the parser's own defaults: the options are shared with every command, whose defaults
    # would overwrite what stood before the command.
    return _parser().parse_args(arguments, argparse.Namespace(json=False, data_dir=None))


def _parser() -> argparse.ArgumentParser:
    common = _common()
    parser = _Parser(
        prog="justtrades",
        description="TradingView alerts become durable signals and live positions. "
        "Without a command it opens the window.",
        parents=[common, _address()],
        allow_abbrev=False,
    )
    parser.add_argument(
        "--demo", action="store_true", help="show a sample recorder in a folder that is thrown away"
    )
    parser.set_defaults(run=_lazily("window", "run"))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)

    def command(name: str, module: str, function: str, help_: str, *more: Any) -> _Parser:
        made = commands.add_parser(
            name, help=help_, description=help_, parents=[common, *more], allow_abbrev=False
        )
        made.set_defaults(run=_lazily(module, function))
        return made

    command("serve", "serve", "run", "listen without a window", _address())
    _recorder(commands, common)
    positions = command("positions", "show", "positions", "what the signals make of each position")
    positions.add_argument("--status", choices=("open", "closed", "all"), default="all")
    positions.add_argument("--recorder", metavar="NAME")
    signals = command("signals", "show", "signals", "the stored alerts, newest first")
    signals.add_argument("--limit", type=_count(1), default=50, metavar="N")
    signals.add_argument("--outcome", choices=[outcome.value for outcome in Outcome])
    decode = command("decode", "decode", "run", "read an alert and touch nothing")
    decode.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="a file, or - for stdin"
    )
    decode.add_argument("--content-type", default="", metavar="T")
    command("check", "upkeep", "check", "fold all signals again and compare")
    backup = command("backup", "upkeep", "backup", "copy the ledger while it is in use")
    backup.add_argument("file", metavar="FILE")
    command("version", "upkeep", "version", "say the version")
    return parser


def _common() -> _Parser:
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--data-dir", metavar="DIR", help="where the ledger lies")
    common.add_argument("--json", action="store_true", help="print JSON")
    return common


def _address() -> _Parser:
    address = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    address.add_argument("--host", metavar="H", help="listen on this address (127.0.0.1)")
    address.add_argument(
        "--port", type=_port, metavar="P", help="listen on this port (8787; 0: any free one)"
    )
    address.add_argument(
        "--allow-host", action="append", metavar="NAME", help="a tunnel's host name to answer to"
    )
    return address


def _recorder(commands: Any, common: _Parser) -> None:
    recorder = commands.add_parser(
        "recorder", help="add, list and change recorders", parents=[common], allow_abbrev=False
    )
    verbs = recorder.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=_Parser
    )

    def verb(name: str, help_: str, *, named: bool = True) -> _Parser:
        made: _Parser = verbs.add_parser(
            name, help=help_, description=help_, parents=[common], allow_abbrev=False
        )
        made.set_defaults(run=_lazily("recorder", name.replace("-", "_")))
        if named:
            made.add_argument("name", metavar="NAME")
        return made

    _settings(verb("add", "add a recorder and print its webhook"))
    verb("list", "list the recorders", named=False)
    changed = verb("set", "change a recorder's settings")
    changed.add_argument("--name", dest="new_name", default=argparse.SUPPRESS, metavar="NEW")
    _settings(changed)
    verb("rotate-token", "give a recorder a new webhook; the old one stops working")
    verb("enable", "take alerts again")
    verb("disable", "store alerts, but let them change nothing")


def _settings(parser: argparse.ArgumentParser) -> None:
    def setting(flag: str, **options: Any) -> None:
        parser.add_argument(flag, default=argparse.SUPPRESS, **options)

    setting(
        "--quantity", type=_count(0), metavar="N", help="contracts where an alert names none (1)"
    )
    setting("--multiplier", type=_count(1), metavar="N", help="times every quantity (1)")
    setting("--symbol", metavar="S", help="instrument where an alert names none")
    setting("--opposite", choices=[opposite.value for opposite in Opposite], help="(net)")
    setting(
        "--follow-position", choices=("on", "off"), help="the strategy's own stated position (on)"
    )


def _lazily(module: str, function: str) -> Run:
    """A command's module is imported when it is run: `version` need not load a web server."""

    def run(chosen: argparse.Namespace) -> int:
        from importlib import import_module

        command: Run = getattr(import_module(f"justtrades_desktop.cli.{module}"), function)
        return command(chosen)

    return run


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def _count(least: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= _MOST:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return int(text)

    return count
