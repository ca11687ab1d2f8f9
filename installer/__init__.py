"""Builds what a trader installs: a folder that needs no Python, and a package around it."""
