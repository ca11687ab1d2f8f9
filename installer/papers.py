"""The licences of what is shipped, and its bill of materials (CycloneDX)."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Final

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from installer.origins import Origin
from installer.places import FOLDER, HERE, VERSION

LICENSES: Final = FOLDER / "licenses"
BILL: Final = FOLDER / "sbom.cdx.json"
_TEXTS: Final = HERE / "licenses"
_QT: Final = {"pyside6_essentials", "shiboken6"}  # their wheels hold no text of their licence


class PapersMissing(Exception):
    """Something would be shipped without its licence."""


def add(origins: Sequence[Origin]) -> None:
    """Lay licences and bill beside the program.

    Raises:
        PapersMissing: no licence is known of something; or the bill is not valid.
    """
    shutil.rmtree(LICENSES, ignore_errors=True)
    for origin in origins:
        _lay(origin)
    BILL.write_text(_bill(origins), encoding="utf-8")


def _lay(origin: Origin) -> None:
    papers = origin.papers
    if origin.name.lower() in _QT:
        papers = tuple(sorted(_TEXTS.glob("*.txt")))
    if not papers:
        raise PapersMissing(f"{origin.name} {origin.version} has no licence text")
    folder = LICENSES / f"{origin.name}-{origin.version.replace(':', '_')}"
    folder.mkdir(parents=True)
    for number, paper in enumerate(papers):
        # Several packages keep files of one name in folders.
        taken = (folder / paper.name).exists()
        shutil.copyfile(paper, folder / (f"{number}-{paper.name}" if taken else paper.name))


def _bill(origins: Sequence[Origin]) -> str:
    bill = Bom()
    program = Component(
        type=ComponentType.APPLICATION, name="justtrades-desktop", version=VERSION, bom_ref="self"
    )
    bill.metadata.component = program
    parts = [_component(origin) for origin in origins]
    for part in parts:
        bill.components.add(part)
    bill.register_dependency(program, parts)
    text = str(JsonV1Dot6(bill).output_as_string(indent=1))
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error is not None:
        raise PapersMissing(f"the bill of materials is not valid: {error}")
    return text


def _component(origin: Origin) -> Component:
    address = PackageURL(
        type=origin.kind,
        namespace="debian" if origin.kind == "deb" else None,
        name=origin.name,
        version=origin.version,
    )
    said = [LicenseFactory().make_from_string(origin.license)] if origin.license else []
    return Component(
        type=ComponentType.LIBRARY,
        name=origin.name,
        version=origin.version,
        purl=address,
        licenses=said,
        bom_ref=str(address),
    )
