"""Charts, live and of finished trades: the only place where P&L is a float."""
