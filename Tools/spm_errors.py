"""What the independent reader says when a file breaks a rule of the format."""

from typing import NoReturn


class SpmError(ValueError):
    """The file breaks a rule of the format, or is larger than the caller allows."""


def refuse(reason: str) -> NoReturn:
    raise SpmError(reason)


def require(condition: bool, reason: str) -> None:
    if not condition:
        refuse(reason)
