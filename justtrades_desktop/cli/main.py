"""The command ``justtrades``: reads its arguments, runs the command, says errors in one line."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from justtrades_desktop.cli.arguments import parse
from justtrades_desktop.domain.errors import UserError

FAILURE = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 failed, 2 wrong use."""
    chosen = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(chosen.run(chosen))
    except UserError as error:
        hint = f" {error.hint}" if error.hint else ""
        sys.stderr.write(f"justtrades: {error.title}.{hint}\n")
        return FAILURE
    except BrokenPipeError:  # `justtrades signals | head`
        sys.stderr.close()
        return FAILURE
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # our bug or a broken system: still one line, not a screenful
        logging.getLogger(__name__).debug("a command failed", exc_info=True)
        sys.stderr.write(f"justtrades: {type(error).__name__}: {' '.join(str(error).split())}\n")
        return FAILURE
