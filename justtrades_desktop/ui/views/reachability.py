"""The two ways in which an alert from the internet gets to this machine, in honest words."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget

from justtrades_desktop.ui.addresses import shown
from justtrades_desktop.ui.parts import CopyLine, paint, plain_label
from justtrades_desktop.ui.theme import GRID, Colours


class Reachability(QTabWidget):
    """A tunnel, or an own address."""

    def __init__(self, url: str, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self._muted: list[QLabel] = []
        self.setAccessibleName(self.tr("Ways to make it reachable"))
        self.addTab(self._tunnel(url), self.tr("With a tunnel"))
        self.addTab(self._own_address(url), self.tr("With an own address"))

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        for label in self._muted:
            paint(label, colours.muted)

    def _tunnel(self, url: str) -> QWidget:
        command = CopyLine(self.tr("Tunnel command"))
        # With the tunnel's own name in the Host header the listener would take it for a web page.
        command.set_text(f"cloudflared tunnel --url {url} --http-host-header {shown(url)}")
        return _column(
            plain_label(
                self.tr(
                    "A tunnel program, here cloudflared, calls out to its provider and brings "
                    "alerts back. No router needs changing, and it comes with https."
                ),
                wrap=True,
            ),
            command,
            self._aside(
                self.tr(
                    "It prints an address to put in below. A quick tunnel gets a new one at each "
                    "start, and the alerts must then be changed; a named tunnel keeps its address. "
                    "Alerts sent while the tunnel is down are lost: TradingView gives up after "
                    "some 15 seconds."
                )
            ),
        )

    def _own_address(self, url: str) -> QWidget:
        port = urlsplit(url).port or 8787
        command = CopyLine(self.tr("Start command"))
        command.set_text(f"justtrades --host 0.0.0.0 --port {port}")
        return _column(
            plain_label(
                self.tr(
                    "A machine with a public IPv4 address, or a router that forwards its port 80 "
                    "or 443 to port %1 of this one. Start the program so that it listens beyond "
                    "this machine:"
                ).replace("%1", str(port)),
                wrap=True,
            ),
            command,
            self._aside(
                self.tr(
                    "Many home connections share their IPv4 address, and then this cannot work. "
                    "Port 80 is not encrypted; a web server in front of it (port 443, with a "
                    "certificate) keeps the address secret. Start with --allow-host and the name "
                    "that TradingView posts to."
                )
            ),
        )

    def _aside(self, text: str) -> QLabel:
        label = plain_label(text, wrap=True, colour=self._colours.muted)
        self._muted.append(label)
        return label


def _column(*parts: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(GRID)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    return page
