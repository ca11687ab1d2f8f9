"""What the themes promise to eyes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QCheckBox, QStyle, QStyleOptionButton

from justtrades_desktop.ui.theme import apply_theme

LEAST_CONTRAST = 3.0
"""Of what a control is known by against its ground: WCAG 2.2, 1.4.11."""


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("is_enabled", [True, False])
def test_an_unchecked_box_is_seen(qapp: QApplication, dark: bool, is_enabled: bool) -> None:
    ground = apply_theme(qapp, dark).colours.surface
    box = QCheckBox("Flat at the end of the session")
    box.setEnabled(is_enabled)
    box.resize(box.sizeHint())
    option = QStyleOptionButton()
    box.initStyleOption(option)
    place = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    image = box.grab().toImage()
    ratio = image.devicePixelRatio()
    middle = place.center().y()
    row = [
        image.pixelColor(QPoint(int(x * ratio), int(middle * ratio)))
        for x in range(place.left(), place.center().x())
    ]
    assert max(_contrast(colour, ground) for colour in row) >= LEAST_CONTRAST
    box.deleteLater()


def _contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of WCAG, from 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
