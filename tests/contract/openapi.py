"""The broker's published description of its REST side, held against what really passed.

``DEVIATIONS`` is all that may differ, each with its reason; any other difference is a fault of the
client or of the simulator.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

_ROOT: Final = Path(__file__).parents[2]
FILE: Final = Path(
    os.environ.get(
        "JUSTTRADES_TRADOVATE_OPENAPI",
        str(_ROOT.parent / "shared" / "tradovate_openapi.json"),
    )
)
WHY_NOT: Final = (
    f"the broker's OpenAPI file {FILE.name} is not here; JUSTTRADES_TRADOVATE_OPENAPI names it"
)


class Deviation(NamedTuple):
    """A field that may be there though it is not described, and why.

    ``where`` is ``request`` or ``answer``, or ``instead``: of an answer, which then has only this.
    """

    where: str
    operation: str
    field: str
    reason: str


ANY: Final = "*"
DEVIATIONS: Final = (
    Deviation(
        "answer",
        "auth/accesstokenrequest",
        "mdAccessToken",
        "the broker sends it, its description never caught up",
    ),
    Deviation("answer", "auth/renewaccesstoken", "mdAccessToken", "the same shape as a login's"),
    Deviation("instead", ANY, "p-ticket", "any call may get a penalty in place of its answer"),
    Deviation("instead", ANY, "violations", "what a request gets that breaks the schema"),
    Deviation("request", ANY, "p-ticket", "a penalised call is sent again with its ticket"),
)
_INSTEAD: Final = {each.field for each in DEVIATIONS if each.where == "instead"}


class Passed(NamedTuple):
    """One call over REST: both bodies as text, ``query`` as it was asked."""

    method: str
    operation: str
    query: Mapping[str, str]
    sent: str
    status: int
    answered: str


class Description:
    """The description, with its schemas ready to be asked again and again."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = whole["components"]["schemas"]
        self.paths: dict[str, dict[str, Any]] = {
            path.strip("/").lower(): methods for path, methods in whole["paths"].items()
        }
        self._registry = Registry().with_resource(
            "urn:broker", DRAFT4.create_resource(_absolute(whole))
        )
        self._validators: dict[str, OAS30Validator] = {}

    def faults(self, passed: Passed) -> list[str]:
        """What is wrong with a call beyond :data:`DEVIATIONS`, where it was answered with 200."""
        described = self.paths.get(passed.operation, {}).get(passed.method.lower())
        if described is None:
            # A wrong path on purpose: the simulator knows it no better.
            return [] if passed.status == 404 else [f"{passed.operation} is not described"]
        told = _json(passed.answered)
        if isinstance(told, dict) and not told.keys().isdisjoint(_INSTEAD):
            return []
        wrong = [*self._asked(passed, described)]
        if passed.status == 200:
            schema = _content(described["responses"]["200"])
            wrong += self._compare("answer", passed.operation, told, schema)
        return wrong

    def _asked(self, passed: Passed, described: Mapping[str, Any]) -> list[str]:
        if passed.method == "POST":
            schema = _content(described["requestBody"])
            if passed.status != 200:
                return []
            return self._compare("request", passed.operation, _json(passed.sent), schema)
        known = {each["name"]: each for each in described.get("parameters", ())}
        strange = [name for name in passed.query if name not in {*known, "p-ticket"}]
        missing = [n for n, each in known.items() if each.get("required") and n not in passed.query]
        return [f"request {passed.operation}: query {name}" for name in (*strange, *missing)]

    def _compare(
        self, where: str, operation: str, told: Any, schema: Mapping[str, Any]
    ) -> list[str]:
        wrong = [
            f"{list(error.path)} {error.message[:200]}"
            for error in self._validator(schema).iter_errors(told)
        ]
        wrong += [
            f"{name} is not described"
            for name in self._new(told, schema)
            if not _is_known(where, operation, name)
        ]
        return [f"{where} {operation}: {fault}" for fault in wrong]

    def _validator(self, schema: Mapping[str, Any]) -> OAS30Validator:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = OAS30Validator(_absolute(schema), registry=self._registry)
        return self._validators[key]

    def _new(self, told: Any, schema: Mapping[str, Any]) -> list[str]:
        """Fields of a name that is not described, at any depth."""
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        if isinstance(told, list):
            return [name for row in told for name in self._new(row, schema.get("items", {}))]
        known = schema.get("properties")
        if not isinstance(told, dict) or known is None:
            return []
        return [name for name in told if name not in known] + [
            deeper
            for name, value in told.items()
            if name in known
            for deeper in self._new(value, known[name])
        ]


@cache
def description() -> Description | None:
    """The description, None (and a word about it) where it is not on this machine."""
    if not FILE.exists():
        sys.stderr.write(f"{WHY_NOT}\n")
        return None
    return Description(json.loads(FILE.read_text(encoding="utf-8")))


def _is_known(where: str, operation: str, name: str) -> bool:
    return any(
        (each.where, each.field) == (where, name) and each.operation in (ANY, operation)
        for each in DEVIATIONS
    )


def _absolute(part: Any) -> Any:
    return json.loads(json.dumps(part).replace('"#/', '"urn:broker#/'))


def _content(part: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = part["content"]["application/json"]["schema"]
    return schema


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
