"""Validates the Indexed Job of examples/cluster against the schema of Kubernetes, and that the validation can fail.

Needs kubernetes-validate from PyPI. Run: python3 tools/reference/kubernetes_job.py
"""

import copy
import pathlib

import kubernetes_validate
import yaml

path = pathlib.Path(__file__).parents[2] / "examples/cluster/kubernetes-job.yaml"
job = yaml.safe_load(path.read_text())
version = kubernetes_validate.latest_version()
kubernetes_validate.validate(job, version, strict=True)
for where, wrong in {"completions": "many", "completionMode": 1, "shards": 4}.items():
    broken = copy.deepcopy(job)
    broken["spec"][where] = wrong
    try:
        kubernetes_validate.validate(broken, version, strict=True)
    except kubernetes_validate.ValidationError:
        continue
    raise SystemExit(f"spec.{where}: {wrong} was not refused")
print(f"{path.name}: valid in Kubernetes {version}")
