"""Writes reference figures for the evaluation in @shroom/train, from scikit-learn and SciPy.

Run with `/usr/bin/python3 tools/reference/evaluation.py` (Debian: python3-sklearn); it writes
packages/train/test/reference/evaluation.json. The probabilities come from a rule that the tests use too, so that only
results are stored.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from formula import formula
from scipy.optimize import brentq
from scipy.special import softmax
from sklearn.calibration import calibration_curve
from sklearn.covariance import EmpiricalCovariance
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    log_loss,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
    top_k_accuracy_score,
)
from sklearn.neighbors import NearestNeighbors

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).resolve().parents[2] / "packages/train/test/reference"

# Makes rows that contain ties. The rows are used in turn and rotated, so there are also ties between rows.
patterns = np.array([[0.4, 0.3, 0.2, 0.1], [0.4, 0.4, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25], [0.7, 0.1, 0.1, 0.1]])


def ties(count):
    return np.array([np.roll(patterns[index % 4], (7 * index + index // 3) % 4) for index in range(count)])


def smooth(count, classes, truth, salt):
    # The last term separates probabilities that would otherwise differ only by rounding.
    apart = 0.001 * np.outer(np.arange(count), np.arange(classes))
    return formula(count * classes, salt, 6).reshape(count, classes) + 1.5 * np.eye(classes)[truth] + apart


def averages(truth, predicted, every, kind):
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, predicted, labels=every, average=kind, zero_division=0
    )
    return {"precision": precision, "recall": recall, "f1": f1}


def figures(name, truth, probability):
    truth = np.array(truth)
    count, classes = probability.shape
    every = list(range(classes))
    predicted = probability.argmax(axis=1)
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, labels=every, zero_division=0)
    own = [(truth == k).astype(int) for k in every]
    there = [k for k in every if 0 < own[k].sum() < count]
    roc = [roc_auc_score(own[k], probability[:, k]) if k in there else None for k in every]
    ap = [average_precision_score(own[k], probability[:, k]) if own[k].sum() > 0 else None for k in every]
    occurring = [k for k in every if own[k].sum() > 0]

    def mean(values, keys, weights=None):
        return None if not keys else float(np.average([values[k] for k in keys], weights=weights))

    sure = probability.max(axis=1)
    right = (predicted == truth).astype(int)
    calibration = {}
    for strategy in ["uniform", "quantile"]:
        accuracy, confidence = calibration_curve(right, sure, n_bins=5, strategy=strategy)
        edges = np.linspace(0, 1, 6) if strategy == "uniform" else np.percentile(sure, np.linspace(0, 1, 6) * 100)
        bins = np.searchsorted(edges[1:-1], sure)
        counts = np.bincount(bins, minlength=5)
        gaps = np.abs(accuracy - confidence)
        calibration[strategy] = {
            "accuracy": accuracy.tolist(), "confidence": confidence.tolist(), "counts": counts.tolist(),
            "expectedError": float((gaps * counts[counts > 0]).sum() / count), "maximumError": float(gaps.max()),
        }
    return {
        "name": name, "truth": truth.tolist(), "classes": classes,
        "accuracy": accuracy_score(truth, predicted),
        "balancedAccuracy": balanced_accuracy_score(truth, predicted),
        "macro": averages(truth, predicted, every, "macro"), "weighted": averages(truth, predicted, every, "weighted"),
        "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(),
        "confusion": confusion_matrix(truth, predicted, labels=every).tolist(),
        "loss": log_loss(truth, probability, labels=every),
        "brier": float(sum(brier_score_loss(own[k], probability[:, k], pos_label=1) for k in every)),
        # For two classes scikit-learn takes only one score per sample, so there is no top k.
        "topK": [float(top_k_accuracy_score(truth, probability, k=k, labels=every)) for k in range(1, classes + 1)]
        if classes > 2 else None,
        "roc": roc, "averagePrecision": ap,
        "macroRoc": mean(roc, there), "weightedRoc": mean(roc, there, support[there] if there else None),
        "macroAveragePrecision": mean(ap, occurring),
        "weightedAveragePrecision": mean(ap, occurring, support[occurring]),
        "calibration": calibration,
    }


def curves(truth, scores):
    wrong, right, roc_thresholds = roc_curve(truth, scores, drop_intermediate=False)
    precision, recall, thresholds = precision_recall_curve(truth, scores)
    return {
        "falsePositiveRate": wrong.tolist(), "truePositiveRate": right.tolist(),
        "rocThresholds": roc_thresholds[1:].tolist(),  # The first value is arbitrary by definition, and differs between versions.
        "precision": precision.tolist(), "recall": recall.tolist(), "thresholds": thresholds.tolist(),
    }


def temperature(truth, logits):
    """Finds the zero of the derivative of the mean cross entropy with respect to the inverse temperature."""

    def slope(inverse):
        share = softmax(inverse * logits, axis=1)
        return ((share * logits).sum(axis=1) - logits[np.arange(len(truth)), truth]).mean()

    return 1 / brentq(slope, 0.05, 20, xtol=1e-15, rtol=1e-14)


def novelty():
    """Makes twelve training rows of three classes with five channels, and seven other rows."""
    truth = np.array([index % 3 for index in range(12)])
    rows = formula(12 * 5, 5, 2).reshape(12, 5).astype(np.float32).astype(float)
    rows = (rows + np.eye(5)[truth]).astype(np.float32).astype(float)
    others = formula(7 * 5, 6, 4).reshape(7, 5).astype(np.float32).astype(float)

    def unit(values):
        return values / np.linalg.norm(values, axis=1, keepdims=True)

    near, _ = NearestNeighbors(n_neighbors=3).fit(unit(rows)).kneighbors(unit(others))
    means = np.array([rows[truth == k].mean(axis=0) for k in range(3)])
    covariance = EmpiricalCovariance(assume_centered=True).fit(rows - means[truth]).covariance_
    shrunk = 0.9 * covariance + 0.1 * np.trace(covariance) / 5 * np.eye(5)
    inverse = np.linalg.inv(shrunk)
    distance = [min(np.sqrt((row - mean) @ inverse @ (row - mean)) for mean in means) for row in others]
    return {"nearest": near[:, -1].tolist(), "classDistance": distance}


several = [(7 * index + index // 3) % 4 for index in range(40)]
two = [(5 * index + index // 4) % 2 for index in range(31)]
tied = [(3 * index + index // 5) % 4 for index in range(48)]
logits = {"absent": smooth(40, 5, several, 3), "two": smooth(31, 2, two, 4)}
logits["absent"][:, 4] -= 20  # Class 4 never occurs and is never predicted.
certain = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
cases = [
    figures("a class that never occurs", several, softmax(logits["absent"], axis=1)),
    figures("two classes", two, softmax(logits["two"], axis=1)),
    figures("ties", tied, ties(48)),
    figures("a single class", [2] * 10, ties(10)),
    figures("probabilities of 0 and 1", [0, 1, 1, 0, 2, 1], certain),
]
result = {
    "sklearn": sklearn.__version__,
    "cases": cases,
    "curves": curves([int(k == 1) for k in tied], ties(48)[:, 1]),
    "temperatures": {
        "absent": temperature(np.array(several), logits["absent"]), "two": temperature(np.array(two), logits["two"]),
    },
    "quantiles": np.percentile([3.0, 1.0, 4.0, 1.5, 9.0], [0, 2.5, 50, 97.5, 100]).tolist(),
    "novelty": novelty(),
}
(here / "evaluation.json").write_text(json.dumps(result))
