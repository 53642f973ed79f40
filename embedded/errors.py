"""What can go wrong in a way that a person can act on."""


class EmbeddedError(Exception):
    """A sentence for the person at the terminal; shown without a traceback."""
