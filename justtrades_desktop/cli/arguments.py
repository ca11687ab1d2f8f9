"""The grammar of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn, Protocol

from justtrades_desktop.cli.broker_arguments import add_broker
from justtrades_desktop.cli.execution_arguments import add_execution, add_history
from justtrades_desktop.cli.journal_arguments import add_export, add_filters, add_stats
from justtrades_desktop.cli.link_arguments import add_links
from justtrades_desktop.cli.simulator_arguments import add_simulator
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.signals import Opposite, Outcome

Run = Callable[[argparse.Namespace], int]


_MOST = 2**31
_REPLAY_VERBS = ("pause", "resume", "step", "stop", "status")


class _Parser(argparse.ArgumentParser):
    """Wrong use is one line on stderr and exit 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"justtrades: {message} (see `{self.prog} --help`)\n")


class Command(Protocol):
    """Adds a command, which ``function`` of ``cli.module`` carries out."""

    def __call__(
        self, name: str, module: str, function: str, help_: str, *more: Any
    ) -> _Parser: ...


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The chosen command as a namespace whose ``run`` carries it out; exits 2 on wrong use."""
    # Not the parser's own defaults: the options are shared with every command, whose defaults
    # would overwrite what stood before the command.
    parser = _parser()
    chosen = parser.parse_args(arguments, argparse.Namespace(json=False, data_dir=None))
    return _tested(parser, chosen)


def _parser() -> argparse.ArgumentParser:
    common = _common()
    parser = _Parser(
        prog="justtrades",
        description="TradingView alerts become durable signals and live positions. "
        "Without a command it opens the window.",
        parents=[common, _address()],
        allow_abbrev=False,
    )
    _window(parser)
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", parser_class=_Parser
    )

    def command(name: str, module: str, function: str, help_: str, *more: Any) -> _Parser:
        made = commands.add_parser(
            name, help=help_, description=help_, parents=[common, *more], allow_abbrev=False
        )
        made.set_defaults(run=_lazily(module, function))
        return made

    command("serve", "serve", "run", "listen without a window", _address())
    _recorder(commands, common)
    _signals(command)
    _journal(command)
    _prices(command)
    add_broker(commands, partial(_command_of, common, "broker"), partial(_group, commands, common))
    add_links(commands, partial(_command_of, common, "links"))
    add_history(commands, partial(_command_of, common, "decisions"))
    add_execution(commands, partial(_command_of, common, "execution"))
    _audit(commands, common)
    _upkeep(command)
    return parser


def _window(parser: argparse.ArgumentParser) -> None:
    """The options of the command without a name."""
    parser.add_argument(
        "--demo", action="store_true", help="show a sample recorder in a folder that is thrown away"
    )
    parser.add_argument(
        "--in-tray", action="store_true", help="start hidden in the tray, where there is one"
    )
    parser.add_argument(
        "--selftest", action="store_true", help="try everything out in a folder that is thrown away"
    )
    parser.add_argument(
        "--pictures", metavar="DIR", help="keep what the self test draws of every panel here"
    )
    parser.set_defaults(run=_lazily("window", "run"), command=None)


def _signals(command: Command) -> None:
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


def _journal(command: Command) -> None:
    add_filters(command("trades", "journal", "trades", "the finished trades, oldest close first"))
    stats = command("stats", "journal", "stats", "what the finished trades come to")
    add_stats(stats)
    add_filters(stats)
    export = command("export", "export", "export", "write the journal and its sources to a file")
    add_export(export)
    add_filters(export)
    legacy = command("import-legacy", "legacy", "run", "bring an old Just.Trades history along")
    legacy.add_argument("file", metavar="FILE", help="its SQLite database, or the SQL text of it")
    legacy.add_argument("--dry-run", action="store_true", help="only say what it would bring")
    legacy.add_argument(
        "--open-positions", action="store_true", help="open what is open there, once"
    )


def _prices(command: Command) -> None:
    _replay(command("replay", "replay", "run", "play a file of prices in the running program"))
    add_simulator(
        command("simulator", "simulator", "run", "a broker with play money on this machine"), _port
    )


def _upkeep(command: Command) -> None:
    command("check", "upkeep", "check", "fold all signals again and compare")
    backup = command("backup", "upkeep", "backup", "copy the ledger while it is in use")
    backup.add_argument("file", metavar="FILE")
    autostart = command("autostart", "autostart", "run", "start with the computer, or not")
    autostart.add_argument("switch", nargs="?", choices=("on", "off", "status"), default="status")
    removed = command("purge", "purge", "run", "remove all of it from the data folder, for good")
    removed.add_argument("--yes", action="store_true", help="do it; without, only say what it is")
    command("version", "version", "run", "say the version")


def _tested(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> argparse.Namespace:
    """With ``--selftest`` that is the command; it goes with no other, and picks its own folder."""
    if not chosen.selftest:
        if chosen.pictures is not None:
            parser.error("--pictures goes with --selftest")
        return chosen
    others = ("command", "demo", "in_tray", "data_dir", "host", "port", "allow_host")
    given = [getattr(chosen, name, None) for name in others]
    if any(value is not None and value is not False for value in given):  # a port may be 0
        parser.error("--selftest goes alone, or with --pictures and --json")
    chosen.run = _lazily("selftest", "run")
    return chosen


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


def _group(commands: Any, common: _Parser, name: str, help_: str) -> Any:
    group = commands.add_parser(name, help=help_, parents=[common], allow_abbrev=False)
    return group.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=_Parser
    )


def _command_of(
    common: _Parser, module: str, group: Any, name: str, function: str, help_: str
) -> _Parser:
    made: _Parser = group.add_parser(
        name, help=help_, description=help_, parents=[common], allow_abbrev=False
    )
    made.set_defaults(run=_lazily(module, function))
    return made


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


def _audit(commands: Any, common: _Parser) -> None:
    audit = commands.add_parser(
        "audit", help="the calls to the broker", parents=[common], allow_abbrev=False
    )
    verbs = audit.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=_Parser
    )

    def verb(name: str, function: str, help_: str) -> _Parser:
        made: _Parser = verbs.add_parser(
            name, help=help_, description=help_, parents=[common], allow_abbrev=False
        )
        made.set_defaults(run=_lazily("audit", function))
        return made

    listed = verb("list", "show", "the calls and their answers, newest first")
    listed.add_argument("--limit", type=_count(1), default=50, metavar="N")
    listed.add_argument("--before", type=_count(1), metavar="ID", help="go on below this one")
    listed.add_argument("--connection", metavar="NAME")
    verb("verify", "verify", "whether all that was written is there, unaltered and in order")
    exported = verb("export", "export", "write all of it to a file of JSON lines")
    exported.add_argument("file", metavar="FILE", help="a new file, or - for standard output")
    exported.add_argument("--force", action="store_true", help="replace the file if it exists")


class _ReplayWords(argparse.Action):
    """``FILE``, or a verb with a number where it takes one."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        first, *more = values
        namespace.verb = first if first in _REPLAY_VERBS else "start"
        namespace.file = first
        namespace.count = 1
        if more and (first != "step" or len(more) > 1):
            parser.error(f"unrecognized arguments: {' '.join(more)}")
        try:
            namespace.count = _count(1)(more[0]) if more else 1
        except argparse.ArgumentTypeError as error:
            parser.error(str(error))


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.usage = f"justtrades replay FILE [options], or: {' | '.join(_REPLAY_VERBS)}"
    parser.add_argument(
        "words",
        nargs="+",
        action=_ReplayWords,
        metavar="FILE",
        help="CSV or JSON lines with time, symbol and price; or pause, resume, step [N], stop, "
        "status",
    )
    parser.add_argument(
        "--speed", metavar="N", default=None, help="times real time, or max (1)", type=_speed
    )
    parser.add_argument("--paused", action="store_true", help="wait for `step` or `resume`")


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
    _exits(parser.add_argument_group("exits by rule", "off unless set; --stop '20 ticks'"))


def _exits(rules: argparse._ArgumentGroup) -> None:
    def rule(flag: str, help_: str) -> None:
        rules.add_argument(
            flag, type=_distance, default=argparse.SUPPRESS, metavar="DISTANCE", help=help_
        )

    rule("--take-profit", "profit to leave at: '40 ticks', '10 points', '0.5%%', alert, off")
    rule("--stop", "loss to leave at, likewise")
    rule("--trail", "a stop this far behind the best price since the last entry")
    rule("--trail-after", "trail only once the price has gone this far in favour")
    rule("--break-even", "move the stop to the entry once the price has gone this far")
    rule("--break-even-offset", "move it this much further")
    rules.add_argument(
        "--session-end",
        choices=("on", "off"),
        default=argparse.SUPPRESS,
        help="leave when the session ends",
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


def _distance(text: str) -> str | None:
    """A level as its text, None for off."""
    if text.strip().lower() == "off":
        return None
    try:
        return str(level(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, or off") from error


def _speed(text: str) -> str:
    whole, _, part = text.partition(".")
    if text != "max" and not (text.isascii() and whole.isdigit() and (not part or part.isdigit())):
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: a number such as 10, or max")
    return text


def _count(least: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= _MOST:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return int(text)

    return count
