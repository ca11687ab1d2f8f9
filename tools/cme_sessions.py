"""Writes resources/cme_sessions.json: holidays and early closes of CME's equity index futures.

Run it in an environment of its own, never the program's, because it needs pandas:

    python -m venv calendar && calendar/bin/pip install pandas_market_calendars
    calendar/bin/python tools/cme_sessions.py
"""

from __future__ import annotations

import importlib
import json
from datetime import date, time, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

# Not `CME_Equity`: that one is the old floor's, whose sessions end at other times.
_CALENDAR: Final = "CME Globex Equity"
_PACKAGE: Final = "pandas_market_calendars"
_FIRST: Final = date(2020, 1, 1)
_LAST: Final = date(2030, 12, 31)
_OPEN: Final = time(17)
_CLOSE: Final = time(16)
_TARGET: Final = Path(__file__).resolve().parents[1] / "resources" / "cme_sessions.json"


def closes() -> dict[date, time]:
    """The close, in Chicago's time, of every trade date; refuses a session that opens unusually."""
    calendar: Any = importlib.import_module(_PACKAGE).get_calendar(_CALENDAR)
    found: dict[date, time] = {}
    for row in calendar.schedule(_FIRST.isoformat(), _LAST.isoformat()).itertuples():
        opened = row.market_open.tz_convert("America/Chicago")
        closed = row.market_close.tz_convert("America/Chicago")
        day: date = row.Index.date()
        if (opened.date(), opened.time()) != (day - timedelta(days=1), _OPEN):
            raise ValueError(f"{day} opens {opened}: the table cannot say that")
        found[day] = closed.time()
    return found


def table(traded: dict[date, time]) -> dict[str, Any]:
    """What differs from a full session on every weekday."""
    span = [_FIRST + timedelta(days=n) for n in range((_LAST - _FIRST).days + 1)]
    return {
        "calendar": _CALENDAR,
        "source": f"{_PACKAGE} {version(_PACKAGE)}",
        "zone": "America/Chicago",
        "first": _FIRST.isoformat(),
        "last": _LAST.isoformat(),
        "closed": [str(day) for day in span if day.weekday() < 5 and day not in traded],
        "early": {
            str(day): close.isoformat("minutes") for day, close in traded.items() if close != _CLOSE
        },
    }


if __name__ == "__main__":
    _TARGET.write_text(json.dumps(table(closes()), indent=1) + "\n", encoding="utf-8")
