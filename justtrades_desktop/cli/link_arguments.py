"""The grammar of ``links``: an option for every setting of a link."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any, Final

from justtrades_desktop.cli.broker_arguments import Made
from justtrades_desktop.domain.link_text import Kind, kinds, read
from justtrades_desktop.domain.links import LinkMode

_FLAGS: Final = {"targets": "--target", "windows": "--window"}
DEST: Final = "setting_"
"""What stands before a setting's name in the namespace."""

GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "size": {
        "initial": "contracts of an entry (as many as the signal's)",
        "add": "contracts of an add (as many as the signal's)",
        "multiplier": "times every size",
        "max_contracts": "never hold more than these",
    },
    "exits": {
        "own_exits": "exits of the link's own, instead of the recorder's",
        "targets": "a step of the ladder: '20 ticks=50%%', '40 ticks=1'; may be repeated",
        "stop": "a stop this far from the average entry",
        "trail": "a stop this far behind the best price",
        "trail_after": "trail only once the price has gone this far in favour",
        "trail_step": "move the trailing stop in steps of this (every tick)",
        "break_even": "move the stop to the entry once the price has gone this far in favour",
        "break_even_offset": "and this much past it, in profit",
    },
    "averaging": {
        "adds": "whether signals may add to a position",
        "add_every": "take every Nth add",
        "add_apart_ticks": "take an add only this many ticks from the last entry",
        "adds_most": "at most so many adds to a position",
    },
    "which signals": {
        "direction": "which entries are taken",
        "same_way": "a signal in the direction of an open position",
        "other_way": "a buy or sell against an open position",
    },
    "when": {
        "windows": "when entries are allowed: 'mon-fri 09:30-15:45 America/New_York', with "
        "'session' behind it for session days; may be repeated",
        "outside": "outside the windows: no entries, or flat at their end too",
        "flat_at_session_end": "close what is open when the session ends",
        "stale_seconds": "an entry older than this waits for a person",
    },
    "how often, and how much": {
        "cooldown_seconds": "no entry for so long after an exit",
        "trades_most": "at most so many entries a session",
        "daily_loss": "the loss of a day, in money, that is the limit",
        "daily_loss_does": "what happens at that loss",
        "daily_profit": "the profit of a day, in money, that is the limit",
        "daily_profit_does": "what happens at that profit",
    },
    "the order": {
        "contract": "trade this contract instead of the signal's instrument",
        "slippage_ticks": "no entry while the market is further from the signal's price",
        "entry": "how an entry is priced",
        "limit_ticks": "how much worse than the signal's price the limit lies",
        "limit_seconds": "how long a limit entry may take",
        "limit_end": "what becomes of one that did not fill in time",
        "expiry_days": "no entry so close to a contract's expiry",
    },
}
"""Every setting in a few words, in groups."""

_EXAMPLES: Final[Mapping[str, str]] = {
    "Level": "DISTANCE",
    "Decimal": "MONEY",
    "int": "N",
    "str": "SYMBOL",
    "Target": "STEP",
    "Window": "WINDOW",
}


def flag_of(name: str) -> str:
    """The option that sets ``name``."""
    return _FLAGS.get(name, f"--{name.replace('_', '-')}")


def add_links(commands: Any, add: Made) -> None:
    """``links`` with its verbs."""
    links = add(commands, "links", "list", "which strategy trades on which account, and how")
    verbs = links.add_subparsers(title="commands", metavar="COMMAND", parser_class=type(links))
    add(verbs, "list", "list", "list the links")
    made = add(
        verbs, "add", "add", "link a recorder to an account; in shadow unless told otherwise"
    )
    made.add_argument("recorder", metavar="RECORDER", help="its name or number")
    made.add_argument("account", metavar="ACCOUNT", help="NAME or CONNECTION/NAME")
    changed = add(verbs, "change", "change", "change settings or mode; what is not named stays")
    tried = add(verbs, "try", "try_out", "what the last 50 signals would have done; sends nothing")
    shown = add(verbs, "show", "show", "a link and what each of its settings does")
    for named in (changed, tried, shown, add(verbs, "remove", "remove", "forget a link")):
        named.add_argument("id", type=int, metavar="ID")
    for set_up in (made, changed):
        set_up.add_argument("--mode", choices=[mode.value for mode in LinkMode])
    for with_settings in (made, changed, tried):
        add_settings(with_settings)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """An option for every setting; ``off`` clears one that can be unset."""
    known = kinds()
    for title, helps in GROUPS.items():
        group = parser.add_argument_group(title)
        for name, help_ in helps.items():
            _setting(group, name, known[name], help_)


def settings_of(chosen: argparse.Namespace) -> dict[str, Any]:
    """The settings that were named, as text."""
    return {
        name.removeprefix(DEST): value
        for name, value in vars(chosen).items()
        if name.startswith(DEST)
    }


def _setting(group: Any, name: str, kind: Kind, help_: str) -> None:
    group.add_argument(
        flag_of(name),
        dest=f"{DEST}{name}",
        type=_text_of(name),
        default=argparse.SUPPRESS,
        action="append" if kind.many else "store",
        metavar=_metavar(kind),
        help=f"{help_}; or off" if kind.optional or kind.many else help_,
    )


def _metavar(kind: Kind) -> str:
    if kind.type is bool:
        return "on|off"
    if kind.type.__name__ in _EXAMPLES:
        return _EXAMPLES[kind.type.__name__]
    return "|".join(each.value.replace(" ", "-") for each in kind.type)  # type: ignore[attr-defined]


def _text_of(name: str) -> Callable[[str], str]:
    """Sent as it was typed, once it is known to make sense."""

    def text_of(text: str) -> str:
        try:
            read(name, text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return text

    return text_of
