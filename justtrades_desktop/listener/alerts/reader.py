"""From the bytes of an alert to its reading: which format it has is seen from the text alone."""

from __future__ import annotations

from justtrades_desktop.domain.signals import Reading, Unreadable
from justtrades_desktop.listener.alerts import form, json_text, manager, pairs, roles, sentence
from justtrades_desktop.listener.alerts.fields import Fields, gather
from justtrades_desktop.listener.alerts.masking import masked
from justtrades_desktop.listener.alerts.meaning import reading
from justtrades_desktop.listener.alerts.placeholders import unfilled, unfilled_reason
from justtrades_desktop.listener.alerts.refusal import Refused

_WRAPPED = 2  # a text may stand in a JSON string, and that in a field of its own
_AROUND = " \t\r\n\ufeff"  # a byte order mark may stand behind other blanks
_BESIDE_TEXT = {roles.TEXT, roles.NAME, roles.TIME, roles.ID} | roles.EXITS
_NO_FORMAT = "it is a plain text, not an instruction this app can read"


def read(body: bytes, content_type: str = "") -> Reading | Unreadable:
    """Read an alert, or say why it must not be guessed at.

    ``content_type`` is taken but not believed: senders label the same text in every way.
    """
    try:
        found = _read(_decoded(body), _WRAPPED)
    except Refused as refusal:
        return Unreadable(masked(refusal.reason.encode(errors="backslashreplace")))
    for text in (found.ticker, found.sender_id, found.sent_at):
        if text is not None and not text.isascii() and not _is_storable(text):
            return Unreadable("it holds half of a character, which cannot be stored")
        if text is not None and "=" in text and masked(text.encode()) != text:
            return Unreadable("a secret stands where an instrument, an id or a time should")
    return found


def _is_storable(text: str) -> bool:
    """JSON can spell one half of a surrogate pair; no file and no database takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decoded(body: bytes) -> str:
    try:
        text = body.decode().strip(_AROUND)
    except UnicodeDecodeError:
        raise Refused("its characters are not UTF-8") from None
    if not text:
        raise Refused("it is empty")
    return text


def _read(text: str, wrapped: int) -> Reading:
    if _is_json(text):
        value = json_text.parse(text)
        if isinstance(value, dict):
            return _from_fields(value, wrapped)
        if isinstance(value, str) and wrapped:
            return _read(value.strip(), wrapped - 1)
        if isinstance(value, list):
            raise Refused("it is a list; one alert is one instruction")
        raise Refused(_NO_FORMAT)
    return _from_fields(_from_text(text), wrapped)


def _is_json(text: str) -> bool:
    if text.startswith(("{", "[", '"')):
        # A strategy's name may begin like JSON, but then its line does not end like it.
        return text[-1] in '}]"/,' or not (sentence.parse(text) or manager.parse(text))
    return text.startswith(("//", "/*"))


def _from_text(text: str) -> dict[str, object]:
    found = sentence.parse(text) or manager.parse(text)
    if found is None and "&" in text and ";" not in text:
        found = form.parse(text)
    if found is None:
        found = pairs.parse(text)
    if not found:
        raise Refused(unfilled_reason(text) if unfilled(text) else _NO_FORMAT)
    return found


def _from_fields(given: dict[str, object], wrapped: int) -> Reading:
    fields = gather(given)
    inner = _inner(fields) if wrapped and roles.TEXT in fields else None
    return reading(fields) if inner is None else _read(inner, wrapped - 1)


def _inner(fields: Fields) -> str | None:
    """The text of an alert that is nothing but a wrapper around another."""
    if not fields.keys() <= _BESIDE_TEXT:
        return None
    said = fields[roles.TEXT]
    text = said[0][1] if len(said) == 1 else None
    return text.strip() if isinstance(text, str) and text.strip() else None
