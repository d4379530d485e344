"""Runs a command and reports on it:  watch.py FD SECONDS COMMAND...

Writes "exit-code seconds peak-bytes" to the file descriptor. A process of its own, because Linux
counts the memory of the process that starts a program into the program's peak: this one is small.
"""

import os
import signal
import sys
import time

report, limit, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
os.set_inheritable(report, False)
began = time.monotonic()
child = os.fork()
if child == 0:
    try:
        os.execv(command[0], command)
    finally:
        os._exit(127)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.setitimer(signal.ITIMER_REAL, limit)
_, status, usage = os.wait4(child, 0)
seconds = time.monotonic() - began
unit = 1 if sys.platform == "darwin" else 1024
code = os.waitstatus_to_exitcode(status)
os.write(report, f"{code} {seconds} {usage.ru_maxrss * unit}".encode())
