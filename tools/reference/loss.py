"""Writes reference figures for the losses of @shroom/train where logits are extreme, from PyTorch in double precision.

Run with a Python that has torch (Debian: python3-torch): `python3 tools/reference/loss.py`; it writes
packages/train/test/reference/losses.json.
"""

import json
import pathlib

import torch

infinity = float("inf")
target = pathlib.Path(__file__).resolve().parents[2] / "packages/train/test/reference/losses.json"


def focal_loss(gamma, weights):
    """Lin et al. 2017, equation 4, for several classes. Returns the mean over the samples. 1 - p keeps its digits."""

    def loss(logits, truth):
        rows = torch.log_softmax(logits, 1)
        own = rows.gather(1, truth[:, None])[:, 0]
        # This is the sum of the probabilities of the other classes.
        others = rows.exp().masked_fill(torch.nn.functional.one_hot(truth, rows.shape[1]).bool(), 0).sum(1)
        share = torch.ones_like(own) if weights is None else weights[truth]
        return -(share * others**gamma * own).mean()

    return loss


def case(name, logits, labels, class_weights=None, smoothing=0.0, focus=0.0):
    rows = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    truth = torch.tensor(labels)
    weights = None if class_weights is None else torch.tensor(class_weights, dtype=torch.float64)
    if focus:
        loss = focal_loss(focus, weights)(rows, truth)
    else:
        loss = torch.nn.functional.cross_entropy(rows, truth, weight=weights, label_smoothing=smoothing)
    loss.backward()
    # JSON has no infinity.
    kept = [[None if value == -infinity else value for value in row] for row in logits]
    return {"name": name, "logits": kept, "labels": labels, "classWeights": class_weights, "labelSmoothing": smoothing,
            "focus": focus, "loss": loss.item(), "gradient": rows.grad.flatten().tolist()}


ordinary = [[1.0, 2.0, 0.5], [0.1, -1.0, 3.0], [2.0, 0.0, -2.0], [0.3, 0.2, 0.1]]
confident = [[40.0, 0.0, 0.0], [0.0, 0.0, 90.0], [12.0, 0.0, 3.0], [0.0, 300.0, 0.0]]
mistaken = [[40.0, 0.0, 0.0], [0.0, 0.0, 90.0], [-60.0, 60.0, 0.0], [0.0, 1.0, 0.0]]
cases = [
    case("a logit of -Infinity", [[1.0, -infinity, 2.0]], [0]),
    case("logits of -Infinity in a batch", [[1.0, -infinity, 2.0], [-infinity, 0.5, -infinity], *ordinary], [0, 1, 1, 2, 0, 1]),
    case("logits of -Infinity, class weights", [[1.0, -infinity, 2.0], *ordinary], [2, 1, 2, 0, 1], [0.5, 1.0, 2.5]),
    case("class weights with a 0", ordinary, [0, 1, 2, 1], [0.0, 1.0, 2.5]),
    case("class weights with a 0, label smoothing", ordinary, [0, 1, 2, 1], [0.0, 1.0, 2.5], 0.1),
    *[case(f"focal loss of {focus}, {name}", logits, labels, weights, focus=focus)
      for focus in [0.05, 0.25, 0.5, 0.9, 1.0, 1.5, 2.0]
      for name, logits, labels, weights in [
          ("ordinary", ordinary, [1, 2, 0, 2], None),
          ("confident", confident, [0, 2, 0, 1], None),
          ("mistaken", mistaken, [1, 0, 0, 2], None),
          ("confident, class weights", confident, [0, 2, 0, 1], [0.5, 1.0, 2.5]),
      ]],
]
target.write_text(json.dumps({"torch": torch.__version__, "cases": cases}))
