"""Prints the instructions of a Dockerfile as a list of `{"instruction", "value"}`: `dockerfile.py FILE`."""

import io
import json
import sys

from dockerfile_parse import DockerfileParser


def main():
    with open(sys.argv[1], "rb") as file:
        parser = DockerfileParser(fileobj=io.BytesIO(file.read()))
    lines = [line for line in parser.structure if line["instruction"] != "COMMENT"]
    json.dump([{name: line[name] for name in ("instruction", "value")} for line in lines], sys.stdout)


main()
