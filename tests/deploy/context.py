"""Prints the files that a build is given, by Docker's own reading of .dockerignore: `context.py FOLDER`."""

import sys
from pathlib import Path

from docker.utils import exclude_paths


def main():
    folder = Path(sys.argv[1])
    lines = (folder / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in map(str.strip, lines) if line and not line.startswith("#")]
    for path in sorted(exclude_paths(str(folder), patterns)):
        if (folder / path).is_file():
            print(path)


main()
