"""Runs a command, and writes into a file what it has cost with all that it has started."""

import json
import resource
import subprocess
import sys

file, *command = sys.argv[1:]
code = subprocess.call(command)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
costs = {
    "cpuSeconds": used.ru_utime + used.ru_stime,
    "peakMegabytes": used.ru_maxrss * 1024 / 1e6,  # of the largest process
}
with open(file, "w") as out:
    json.dump(costs, out)
sys.exit(code)
