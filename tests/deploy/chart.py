"""Renders a chart with Helm and holds the result against Kubernetes' own schemas.

    chart.py CHART VALUES KUBERNETES…      (values as JSON; versions as in 1.30)

The chart is linted first, warnings included, and the values are checked against its schema. Standard output gets the
objects as a list; whatever is wrong goes to standard error, and the exit code is 1. Objects of other groups than
Kubernetes' own have no schema here: the caller looks at them.
"""

import json
import sys

import helm_python as helm
import kubernetes_validate
import yaml

RELEASE, NAMESPACE = "demo", "web"
WARNING = 2
# Groups of operators: nobody's schema is at hand.
FOREIGN = ("monitoring.coreos.com/",)


class Once(yaml.SafeLoader):
    """Refuses a key that stands twice in a mapping, as Kubernetes does, instead of taking the last."""


def mapping(loader, node):
    names = [loader.construct_object(key) for key, _ in node.value]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"stands twice: {', '.join(sorted(twice))}")
    return loader.construct_mapping(node, deep=True)


Once.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


def render(path, values):
    report = helm.lint(path, values, strict=True, namespace=NAMESPACE)
    found = [line["error"] for line in report["messages"] if line["severity"] >= WARNING] + report["errors"]
    if found:
        raise ValueError("\n".join(found))
    with helm.Chart.load(path) as chart:
        chart.validate_schema(values)
        files = chart.render(values, name=RELEASE, namespace=NAMESPACE)
    notes = next(text for name, text in files.items() if name.endswith("/NOTES.txt"))
    if not notes.strip():
        raise ValueError("the notes are empty")
    objects = []
    for name, text in files.items():
        if name.endswith((".yaml", ".yml")):
            objects += [thing for thing in yaml.load_all(text, Once) if thing is not None]
    return objects


def judge(thing, versions):
    if thing["apiVersion"].startswith(FOREIGN):
        return
    for version in versions:
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(part) for part in error.path)
            raise ValueError(f"{thing['kind']} at {where}, Kubernetes {version}: {error.message}") from error
        except kubernetes_validate.SchemaNotFoundError as error:
            raise ValueError(error.message) from error


def main():
    chart, values, *versions = sys.argv[1:]
    try:
        objects = render(chart, json.loads(values))
        for thing in objects:
            judge(thing, versions)
    except (ValueError, yaml.YAMLError, helm.HelmError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    json.dump(objects, sys.stdout)


main()
