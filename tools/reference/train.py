"""Writes reference figures for @shroom/train and @shroom/head, from PyTorch and scikit-learn.

Run with `/usr/bin/python3 tools/reference/train.py` (Debian: python3-torch, python3-sklearn); it writes
packages/train/test/reference/*.json, which the tests read. Weights and data come from a formula that the tests use
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
            # Weights are stored as [inputs, units], as in TensorFlow.js.
            kernel = formula(inputs * units, 10 + salt).reshape(inputs, units).T
            layer.weight.copy_(torch.tensor(kernel.copy(), dtype=torch.float32))
            layer.bias.copy_(torch.tensor(formula(units, 20 + salt), dtype=torch.float32))
    return model


def focal_loss(gamma):
    """Lin et al. 2017, equation 4, for several classes. Returns the mean over the samples."""

    def loss(logits, truth):
        own = torch.log_softmax(logits, 1).gather(1, truth[:, None])[:, 0]
        return (-((1 - own.exp()) ** gamma) * own).mean()

    return loss


def blended(rows, truth, share=0.7):
    """Mixes each sample with the one before it, and returns features and labels as mixup does."""
    targets = torch.nn.functional.one_hot(truth, classes).float()
    return share * rows + (1 - share) * rows.roll(1, 0), share * targets + (1 - share) * targets.roll(1, 0)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3, weight_decay=1e-5)


def train(name, steps, optimizer_options, optimizer=adam, annealed=True, class_weights=None, smoothing=0.0, focus=0.0,
          soft=False, clip=None):
    model = head()
    optimizer = optimizer(model.parameters())
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    weights = None if class_weights is None else torch.tensor(class_weights)
    loss_function = torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)
    if focus:
        loss_function = focal_loss(focus)
    losses, rates = [], []
    for step in range(steps):
        start = step * batch % count
        rates.append(optimizer.param_groups[0]["lr"])
        rows, truth = features[start : start + batch], labels[start : start + batch]
        if soft:
            rows, truth = blended(rows, truth)
        optimizer.zero_grad()
        loss = loss_function(model(rows), truth)
        loss.backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        if annealed:
            schedule.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        logits = model(features[:4]).flatten().tolist()
    return {
        "name": name, "optimizer": optimizer_options, "classWeights": class_weights, "labelSmoothing": smoothing,
        "focus": focus, "soft": soft, "clipNorm": clip, "losses": losses, "learningRates": rates, "logits": logits,
    }


def grouped(parameters):
    """The last layer is trained with the full learning rate, the others with a tenth of it and without weight decay."""
    *lower, kernel, bias = parameters
    groups = [{"params": [kernel, bias]}, {"params": lower, "lr": 1e-3, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1e-2, weight_decay=0.1)


reference = {"name": "adam", "weightDecay": 1e-5}
runs = [
    train("the reference recipe", 50, reference),
    train("class weights", 20, reference, class_weights=[0.5, 1.0, 2.5]),
    train("label smoothing", 20, reference, smoothing=0.1),
    train("class weights and label smoothing", 20, reference, class_weights=[0.5, 1.0, 2.5], smoothing=0.1),
    train("strong weight decay", 20, {"name": "adam", "weightDecay": 0.1},
          lambda p: torch.optim.Adam(p, lr=1e-3, weight_decay=0.1)),
    train("AdamW", 20, {"name": "adamw", "weightDecay": 0.1}, lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.1)),
    train("AdamW in two groups", 20, {"name": "adamw", "weightDecay": 0.1}, grouped, annealed=False),
    train("SGD", 20, {"name": "sgd", "weightDecay": 1e-3}, lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=1e-3)),
    train("SGD with momentum", 20, {"name": "sgd", "momentum": 0.9, "weightDecay": 1e-3},
          lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3)),
    train("SGD with Nesterov's momentum", 20, {"name": "sgd", "momentum": 0.9, "nesterov": True},
          lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True), annealed=False),
    train("gradients clipped to 0.5", 20, {"name": "sgd"}, lambda p: torch.optim.SGD(p, lr=0.1), clip=0.5),
    train("soft labels, class weights and label smoothing", 20, reference, soft=True, class_weights=[0.5, 1.0, 2.5],
          smoothing=0.1),
    train("focal loss", 20, reference, focus=2.0),
]
(here / "training.json").write_text(json.dumps({"torch": torch.__version__, "runs": runs}))


def rates(steps, make):
    """Returns the learning rates of a schedule that advances after every training step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


lr = torch.optim.lr_scheduler
(here / "schedules.json").write_text(json.dumps({
    "cosineAnnealing": rates(35, lambda o: lr.CosineAnnealingLR(o, T_max=10, eta_min=0.1)),
    "stepwise": rates(20, lambda o: lr.StepLR(o, step_size=6, gamma=0.3)),
    "oneCycle": rates(40, lambda o: lr.OneCycleLR(o, max_lr=0.5, total_steps=40)),
    "oneCycleOfOwn": rates(30, lambda o: lr.OneCycleLR(o, max_lr=0.5, total_steps=30, pct_start=0.1, div_factor=5,
                                                       final_div_factor=100)),
    "warmUp": rates(20, lambda o: lr.SequentialLR(o, [
        lr.LinearLR(o, start_factor=0.25, total_iters=5), lr.CosineAnnealingLR(o, T_max=15)], milestones=[5])),
}))

truth = [(7 * index + index // 3) % 4 for index in range(40)]  # Class 4 never occurs and is never predicted.
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
