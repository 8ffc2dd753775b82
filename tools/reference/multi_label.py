"""Writes reference figures for photos with several classes in @shroom/train: the loss from PyTorch, the metrics from scikit-learn.

Run with a Python that has both (Debian: python3-torch, python3-sklearn): `python3 tools/reference/multi_label.py`; it writes
packages/train/test/reference/multi-label.json. The logits and targets come from a rule that the tests use too.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
import torch
from formula import formula
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    hamming_loss,
    log_loss,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
)

warnings.filterwarnings("ignore")
out = pathlib.Path(__file__).resolve().parents[2] / "packages/train/test/reference/multi-label.json"


def loss(name, logits, targets, weights=None, smoothing=0.0):
    rows = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    truth = torch.tensor(targets, dtype=torch.float64)
    # PyTorch has no label smoothing for this loss, so the formula is that of Keras's BinaryCrossentropy.
    smooth = truth * (1 - smoothing) + smoothing / 2
    weight = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    value = torch.nn.BCEWithLogitsLoss(pos_weight=weight)(rows, smooth)
    value.backward()
    return {"name": name, "logits": logits, "targets": targets, "positiveWeights": weights, "labelSmoothing": smoothing,
            "loss": value.item(), "gradient": rows.grad.flatten().tolist()}


ordinary = [[1.0, 2.0, 0.5], [0.1, -1.0, 3.0], [2.0, 0.0, -2.0], [0.3, 0.2, 0.1]]
extreme = [[40.0, -90.0, 0.0], [-300.0, 300.0, 17.0], [-40.0, 90.0, -17.0], [0.0, -200.0, 1e-8]]
truths = [[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]]
blended = [[0.7, 0.3, 1.0], [0.0, 0.25, 0.5], [1.0, 1.0, 0.9], [0.1, 0.6, 0.0]]
losses = [
    loss("plain", ordinary, truths),
    loss("positive weights", ordinary, truths, [0.5, 3.0, 10.0]),
    loss("label smoothing", ordinary, truths, None, 0.1),
    loss("positive weights and label smoothing", ordinary, truths, [0.5, 3.0, 10.0], 0.2),
    loss("blended targets", ordinary, blended, [0.5, 3.0, 10.0]),
    loss("extreme logits", extreme, truths, [0.5, 3.0, 10.0]),
]


def targets_of(count, classes, salt):
    """Some classes are rare and some frequent; some photos have no class."""
    numbers = formula(count * classes, salt).reshape(count, classes) + 0.5
    return (numbers < np.linspace(0.12, 0.5, classes)).astype(int)


def metrics(name, targets, logits, thresholds=None):
    probability = 1 / (1 + np.exp(-logits))
    classes = targets.shape[1]
    limits = np.full(classes, 0.5) if thresholds is None else np.array(thresholds)
    said = (probability >= limits).astype(int)
    there = [k for k in range(classes) if targets[:, k].sum() > 0]
    each = precision_recall_fscore_support(targets, said, average=None, zero_division=0)
    averages = {
        kind: dict(zip(["precision", "recall", "f1"],
                       precision_recall_fscore_support(targets, said, average=kind, zero_division=0)[:3]))
        for kind in ["macro", "micro", "weighted"]
    }
    best = []
    for k in range(classes):
        if k not in there:
            best.append(None)
            continue
        precision, recall, _ = precision_recall_curve(targets[:, k], probability[:, k])
        best.append(float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-300))))
    return {
        "name": name,
        "classes": classes,
        "thresholds": thresholds,
        "targets": targets.flatten().tolist(),
        "accuracy": accuracy_score(targets, said),
        "hammingLoss": hamming_loss(targets, said),
        "macroF1": f1_score(targets, said, average="macro", zero_division=0),
        "microF1": f1_score(targets, said, average="micro", zero_division=0),
        **averages,
        "precision": each[0].tolist(), "recall": each[1].tolist(), "f1": each[2].tolist(), "support": each[3].tolist(),
        "averagePrecision": [average_precision_score(targets[:, k], probability[:, k]) if k in there else None
                             for k in range(classes)],
        "meanAveragePrecision": average_precision_score(targets[:, there], probability[:, there], average="macro"),
        "roc": [roc_auc_score(targets[:, k], probability[:, k]) if k in there else None for k in range(classes)],
        "loss": log_loss(targets.flatten(), probability.flatten()),
        "bestF1": best,
    }


def smooth(targets, salt):
    return formula(targets.size, salt, 6).reshape(targets.shape) + 1.5 * (2 * targets - 1)


several = targets_of(40, 5, 11)
absent = several.copy()
absent[:, 2] = 0
tied = targets_of(48, 4, 12)
cases = [
    metrics("several classes", several, smooth(several, 3)),
    metrics("a class that no photo has", absent, smooth(absent, 4)),
    metrics("thresholds of their own", several, smooth(several, 5), [0.2, 0.35, 0.5, 0.65, 0.8]),
    metrics("ties", tied, np.round(smooth(tied, 6) * 2) / 2),
]
out.write_text(json.dumps({"torch": torch.__version__, "sklearn": sklearn.__version__, "losses": losses, "cases": cases},
                          default=float))
