"""The words senders use for an action and for the side of a position."""

from __future__ import annotations

from functools import lru_cache
from typing import Final


class Word:
    """What one word of an alert asks for, before the fields are weighed against each other.

    Plain texts and no enum, as for the roles.
    """

    BUY: Final = "buy"
    SELL: Final = "sell"
    CLOSE: Final = "close"  # in full, unless a quantity or a percentage says how much
    FLAT: Final = "flat"  # always in full
    ADD: Final = "add"
    REVERSE: Final = "reverse"
    PRICE: Final = "price"
    NEUTRAL: Final = "neutral"  # "place", "open": another field must name the side
    UNTRADED: Final = "untraded"  # cancels or changes working orders, moves no position


_SPELLINGS = {
    Word.BUY: (
        "buy long enterlong entrylong longentry openlong golong longopen buylong buyentry "
        "entrybuy bto buytoopen bullish"
    ),
    Word.SELL: (
        "sell short entershort entryshort shortentry openshort goshort shortopen sellshort "
        "sellentry entrysell sto selltoopen shortsell bearish"
    ),
    Word.CLOSE: (
        "close exit closeposition exitposition positionclose closelong closeshort exitlong "
        "exitshort longexit shortexit longclose shortclose closebuy closesell exitbuy exitsell "
        "closeatmarketprice cover buytocover buytoclose selltoclose btc stc liquidate"
    ),
    Word.FLAT: (
        "flat flatten goflat flattenall flatteneverything flattenposition flattenpositions "
        "closeall closeallpositions exitall exitallpositions squareoff"
    ),
    Word.ADD: "add addposition addtoposition addlong addshort scalein",
    Word.REVERSE: "reverse reverseposition reversal flip",
    Word.PRICE: "price tick quote",
    Word.NEUTRAL: "place placeorder flatplace flatplaceorder open enter entry order trade",
    Word.UNTRADED: (
        "cancel cancelorder cancelorders cancelall cancelallorders cancelreplace change "
        "changeorder modify modifyorder replace breakeven hold none wait"
    ),
}
_ACTIONS = {spelling: word for word, all_ in _SPELLINGS.items() for spelling in all_.split()}
_SIDES = {"long": 1, "bullish": 1, "buy": 1, "short": -1, "bearish": -1, "sell": -1, "flat": 0}
# A close that names the side it closes: exit_long must never touch a short.
_CLOSES_LONG = frozenset(
    ["closelong", "exitlong", "longexit", "longclose", "closebuy", "exitbuy", "selltoclose", "stc"]
)
_CLOSES_SHORT = frozenset(
    [
        "closeshort",
        "exitshort",
        "shortexit",
        "shortclose",
        "closesell",
        "exitsell",
        "cover",
        "buytocover",
        "buytoclose",
        "btc",
    ]
)
_JOINTS = str.maketrans("", "", "_-. ")


@lru_cache(maxsize=512)
def action_word(text: str) -> str | None:
    """The action a word stands for; spelling, case and joints do not matter."""
    return _ACTIONS.get(text.lower().translate(_JOINTS)) if len(text) <= 40 else None


def closed_side(text: str) -> int:
    """1 where a word closes only a long, -1 only a short, 0 where it names no side."""
    plain = text.lower().translate(_JOINTS)
    return (plain in _CLOSES_LONG) - (plain in _CLOSES_SHORT)


def side_word(text: str) -> int | None:
    """1 for long, -1 for short, 0 for flat, None for any other word."""
    return _SIDES.get(text.strip().lower())
