"""Runs the command it is given, its output thrown away, and prints what it cost as a JSON object.

Linux starts a process with the peak memory of its parent, so the parent has to be small: this
script in a fresh interpreter, not the benchmark with its arrays. Peaks under about 10 MB read as
about 10 MB all the same.
"""

import json
import os
import sys
import time

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024

command = sys.argv[1:]
silence = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
start = time.monotonic()
process = os.posix_spawnp(command[0], command, os.environ, file_actions=[silence])
_, status, usage = os.wait4(process, 0)
wall = time.monotonic() - start
print(json.dumps({
    "exit_code": os.waitstatus_to_exitcode(status),
    "wall": wall,
    "cpu": usage.ru_utime + usage.ru_stime,
    "peak_bytes": usage.ru_maxrss * PEAK_UNIT,
}))
