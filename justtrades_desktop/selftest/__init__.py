"""The self test: the whole program once through, in a folder that is thrown away."""
