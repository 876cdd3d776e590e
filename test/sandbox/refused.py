"""What the sandbox's own switches answer to a request that cannot be."""


class Refused(Exception):
    """Its words are the answer."""
