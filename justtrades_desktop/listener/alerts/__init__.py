"""The alert reader: what TradingView and other senders post, turned into a reading or a reason."""

from justtrades_desktop.listener.alerts.masking import masked
from justtrades_desktop.listener.alerts.reader import read

__all__ = ["masked", "read"]
