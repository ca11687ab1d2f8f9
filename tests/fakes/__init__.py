"""Stand-ins that implement the core's ports."""
