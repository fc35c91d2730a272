"""A command as a whole process: seconds by the clock and of CPU, and the most memory it had.

It is started from a small process of its own (`python whole_process.py COMMAND…`), since Linux
counts towards a process's memory what whoever started it had.
"""

import json
import os
import subprocess
import sys
import time


def took(command: "list[str]") -> "tuple[float, float, float]":
    """Wall seconds, CPU seconds and peak megabytes; what it says on standard output is dropped.

    AssertionError with what it says of errors when it fails.
    """
    starter = [sys.executable, "-I", "-S", __file__, *command]
    ran = subprocess.run(starter, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    wall, cpu, peak = json.loads(ran.stdout)
    return wall, cpu, peak


def main() -> None:
    """Run the command that the arguments are, and print the figures."""
    started = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6]))
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
