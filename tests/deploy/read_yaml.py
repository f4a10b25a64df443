"""Prints a YAML file as JSON: `read_yaml.py FILE`."""

import json
import sys

import yaml


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        json.dump(yaml.safe_load(file), sys.stdout)


main()
