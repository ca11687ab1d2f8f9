"""JustTrades Desktop: TradingView alerts become durable signals and live positions."""

__version__ = "0.2.0"
