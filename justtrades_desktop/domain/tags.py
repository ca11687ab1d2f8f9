"""Tags and notes on a trade, as the trader may write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from justtrades_desktop.domain.errors import UserError

MOST_TAGS: Final = 20
LONGEST_TAG: Final = 40
LONGEST_NOTES: Final = 20_000


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags in lower case, without blanks around them, each once, in the order given.

    Raises:
        UserError: one is empty, too long or holds a comma, or there are too many.
    """
    tidy = tuple(dict.fromkeys(" ".join(tag.split()).lower() for tag in tags))
    for tag in tidy:
        if not tag or len(tag) > LONGEST_TAG or "," in tag or not tag.isprintable():
            raise UserError(
                f"{tag!r} is no tag", f"1 to {LONGEST_TAG} printable characters without a comma."
            )
    if len(tidy) > MOST_TAGS:
        raise UserError(f"{len(tidy)} tags are too many", f"At most {MOST_TAGS}.")
    return tidy


def checked_notes(notes: str) -> str:
    """The notes as they are.

    Raises:
        UserError: they are too long, or hold what cannot be stored.
    """
    if len(notes) > LONGEST_NOTES:
        raise UserError("The notes are too long", f"At most {LONGEST_NOTES:,} characters.")
    try:
        notes.encode()
    except UnicodeEncodeError as error:
        raise UserError("The notes hold a character that cannot be stored", "") from error
    return notes
