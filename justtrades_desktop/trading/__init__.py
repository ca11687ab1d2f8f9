"""The use cases: signals in, positions out; sees ports, never what stands behind them."""
