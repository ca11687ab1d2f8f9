"""The client of the broker: what it says is believed, what it does not say is not assumed."""
