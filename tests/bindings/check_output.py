"""A program must succeed and print what a file holds.

usage: check_output.py EXPECTED PROGRAM [ARGUMENT ...]
"""
import subprocess
import sys
from pathlib import Path

expected = Path(sys.argv[1]).read_text()
done = subprocess.run(sys.argv[2:], capture_output=True, text=True)
sys.stderr.write(done.stderr)
if done.returncode != 0 or done.stdout != expected:
    print(f"exit code {done.returncode}; printed:\n{done.stdout}\nexpected:\n{expected}")
    sys.exit(1)
