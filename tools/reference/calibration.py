"""Writes reference figures for the temperature with its prior in @shroom/train, from SciPy.

Run with `python3 tools/reference/calibration.py` (Debian: python3-scipy); it writes
packages/train/test/reference/calibration.json. The logits come from a rule that the tests use too.
"""

import json
import pathlib

import numpy as np
import scipy
from formula import formula
from scipy.optimize import brentq
from scipy.special import log_softmax, softmax

here = pathlib.Path(__file__).resolve().parents[2] / "packages/train/test/reference"


def case(count, classes, truth, salt, scale, lead):
    truth = np.array(truth)
    logits = scale * (formula(count * classes, salt, 6).reshape(count, classes) + lead * np.eye(classes)[truth])
    return truth, logits


def temperature(truth, logits, deviation):
    """Finds the global minimum of the cross entropy plus the negative logarithm of a normal prior on
    log(temperature)."""
    rows = np.arange(len(truth))

    def objective(log_t):
        return -log_softmax(logits / np.exp(log_t), axis=1)[rows, truth].sum() + log_t**2 / (2 * deviation**2)

    def slope(log_t):
        scaled = logits / np.exp(log_t)
        expected = (softmax(scaled, axis=1) * scaled).sum(axis=1)
        return (scaled[rows, truth] - expected).sum() + log_t / deviation**2

    grid = np.linspace(np.log(0.05), np.log(20), 2001)
    best = int(np.argmin([objective(log_t) for log_t in grid]))
    if best in (0, len(grid) - 1):
        return float(np.exp(grid[best]))
    return float(np.exp(brentq(slope, grid[best - 1], grid[best + 1], xtol=1e-15, rtol=1e-14)))


several = [(7 * index + index // 3) % 4 for index in range(200)]
cases = {
    # Each entry is name: samples, classes, truth, salt of the rule, scale, advantage of the true class.
    "too sure": (200, 4, several, 11, 3.0, 2.5),
    "not sure enough": (200, 4, several, 12, 0.4, 4.0),
    "few": (6, 4, several[:6], 13, 0.5, 3.0),
    "all right": (60, 4, several[:60], 14, 1.0, 7.0),
    "all right, few": (3, 4, several[:3], 15, 1.0, 7.0),
    "all wrong": (20, 4, several[:20], 16, 1.0, -7.0),
}
result = {"scipy": scipy.__version__, "cases": []}
for name, (count, classes, truth, salt, scale, lead) in cases.items():
    labels, logits = case(count, classes, truth, salt, scale, lead)
    result["cases"].append({
        "name": name, "count": count, "classes": classes, "salt": salt, "scale": scale, "lead": lead,
        "accuracy": float((logits.argmax(axis=1) == labels).mean()),
        "temperatures": {str(deviation): temperature(labels, logits, deviation) for deviation in (0.25, 0.5, 1.0)},
        "withoutPrior": temperature(labels, logits, np.inf),
    })
(here / "calibration.json").write_text(json.dumps(result, indent=1) + "\n")
