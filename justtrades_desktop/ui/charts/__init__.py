"""Charts of the open positions: the only place where P&L is a float."""
