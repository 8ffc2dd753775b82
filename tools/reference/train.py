"""Reference figures for @shroom/train and @shroom/head, from PyTorch and scikit-learn.

Run with `/usr/bin/python3 tools/reference/train.py` (Debian: python3-torch, python3-sklearn); it writes
packages/train/test/reference/*.json, which the tests read. Weights and data come from a formula that the tests compute
too, so that only results are stored.
"""

import json
import pathlib

import numpy as np
import torch
from formula import formula
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_recall_fscore_support

here = pathlib.Path(__file__).resolve().parents[2] / "packages/train/test/reference"
here.mkdir(parents=True, exist_ok=True)
torch.set_num_threads(1)


channels, classes, count, batch = 16, 3, 24, 8
features = torch.tensor(formula(count * channels, 1, 4).reshape(count, channels), dtype=torch.float32)
labels = torch.tensor([(5 * index + index // 4) % classes for index in range(count)])


def head():
    model = torch.nn.Sequential(
        torch.nn.Linear(channels, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(),
        torch.nn.Linear(8, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(),
        torch.nn.Linear(4, classes),
    )
    with torch.no_grad():
        for salt, layer in enumerate([model[0], model[3], model[6]]):
            inputs, units = layer.in_features, layer.out_features
            # Stored [inputs, units], as TensorFlow.js has it.
            kernel = formula(inputs * units, 10 + salt).reshape(inputs, units).T
            layer.weight.copy_(torch.tensor(kernel.copy(), dtype=torch.float32))
            layer.bias.copy_(torch.tensor(formula(units, 20 + salt), dtype=torch.float32))
    return model


def train(name, steps, class_weights=None, smoothing=0.0, weight_decay=1e-5):
    model = head()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=10)
    weights = None if class_weights is None else torch.tensor(class_weights)
    loss_function = torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)
    losses, rates = [], []
    for step in range(steps):
        start = step * batch % count
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.zero_grad()
        loss = loss_function(model(features[start : start + batch]), labels[start : start + batch])
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        logits = model(features[:4]).flatten().tolist()
    return {
        "name": name, "classWeights": class_weights, "labelSmoothing": smoothing, "weightDecay": weight_decay,
        "losses": losses, "learningRates": rates, "logits": logits,
    }


runs = [
    train("the original's recipe", 50),
    train("class weights", 20, class_weights=[0.5, 1.0, 2.5]),
    train("label smoothing", 20, smoothing=0.1),
    train("class weights and label smoothing", 20, class_weights=[0.5, 1.0, 2.5], smoothing=0.1),
    train("strong weight decay", 20, weight_decay=0.1),
]
(here / "training.json").write_text(json.dumps({"torch": torch.__version__, "runs": runs}))

truth = [(7 * index + index // 3) % 4 for index in range(40)]  # class 4 never occurs, and is never predicted
scores = formula(40 * 5, 3, 6).reshape(40, 5)
scores[:, 4] -= 20
scores = scores + 2.0 * np.eye(5)[truth]
probability = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
predicted = probability.argmax(axis=1)
every = list(range(5))
precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, labels=every, zero_division=0)
metrics = {
    "truth": truth,
    "accuracy": accuracy_score(truth, predicted),
    "macroF1": f1_score(truth, predicted, labels=every, average="macro", zero_division=0),
    "loss": log_loss(truth, probability, labels=every),
    "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(),
    "confusion": confusion_matrix(truth, predicted, labels=every).tolist(),
}
(here / "metrics.json").write_text(json.dumps(metrics))
