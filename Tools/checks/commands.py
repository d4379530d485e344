"""What the program says of its own commands."""

import json
import re
from functools import cache

from support import run


@cache
def tree():
    """The commands with their options and help, as the program itself lists them."""
    return json.loads(run("--experimental-dump-help").succeeded().stdout)["command"]


def every_command():
    """Each command's words, the outermost being none, and what is said of it."""
    pending = [("", tree())]
    while pending:
        words, command = pending.pop()
        yield words, command
        for child in command.get("subcommands", []):
            if child["commandName"] != "help":
                pending.append((f"{words} {child['commandName']}".strip(), child))


def working_commands():
    """The words of each command that does something, sorted."""
    return sorted(
        words for words, command in every_command()
        if words and all(child["commandName"] == "help" for child in command.get("subcommands", []))
    )


def examples():
    """Every command line that help shows, as (command, line); what it is for stands behind blanks."""
    for words, command in every_command():
        for line in command.get("discussion", "").splitlines():
            line = re.split(r" {2,}", line.strip())[0]
            if line.startswith("sparsify "):
                yield words, line
