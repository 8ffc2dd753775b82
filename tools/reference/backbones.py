"""Writes reference figures for @shroom/gradcam on two whole backbones, from the released source of pytorch-grad-cam.

Run with `/usr/bin/python3 tools/reference/backbones.py <folder>`, where <folder> holds `pytorch_grad_cam/` (see gradcam.py).
It writes packages/gradcam/test/reference/backbones.json. Weights and images come from a formula that the tests use too;
of each finished map, every 97th value is stored.
"""

import json
import pathlib

import numpy as np
import torch
import torchvision
from networks import images, load
from pytorch_cams import methods, pgc
from pytorch_grad_cam.utils import model_targets

here = pathlib.Path(__file__).resolve().parents[2] / "packages/gradcam/test/reference"
torch.set_num_threads(2)

size, classes, chosen, every = 96, 1000, [7, 421], 97
photos = images(2, size)
methods = {**methods, "shapleyCam": pgc.ShapleyCAM}
# Taps: the layer's name in this project, and the module's name in torchvision.
backbones = {
    "resnet18": {"layer4": "layer4", "layer3": "layer3"},
    "convnext_tiny": {"stages.3": "features.7", "stages.2": "features.5"},
}
# Methods that are left out for ConvNeXt: they divide by sums that may be 0 there, or put -1e7 before a layer norm.
# Methods that run the model once per channel are tested at one tap.
# TensorFlow.js has no second derivative of a depthwise convolution. Before a layer norm, HiResCAM is 0 except for
# rounding: the norm does not depend on the scale of its input.
left_out = {"layer3": {"scoreCam", "ablationCam"}}
left_out["stages.3"] = {"xGradCam", "ablationCam", "scoreCam"}
left_out["stages.2"] = left_out["stages.3"] | {"hiResCam", "shapleyCam"}


def numbers(array):
    return [float(f"{value:.6g}") for value in np.asarray(array, dtype=np.float64).flatten()]


def record(name, module, make):
    model = load(getattr(torchvision.models, name)()).eval()
    cam = make(model, [dict(model.named_modules())[module]])
    raw = []
    get = cam.get_cam_image

    def spy(*args, **kwargs):
        raw.append(get(*args, **kwargs))
        return raw[-1]

    cam.get_cam_image = spy
    targets = [model_targets.ClassifierOutputTarget(each) for each in chosen]
    if make is pgc.ShapleyCAM:
        targets = [lambda z, c=c: z[c] + torch.log_softmax(z, -1)[c] for c in chosen]
    final = cam(photos.clone(), targets)
    return {"raw": numbers(raw[0]), "final": [numbers(each.flatten()[::every]) for each in final]}


found = {"size": size, "classes": chosen, "every": every, "backbones": {}}
for name, taps in backbones.items():
    rows = {
        tap: {
            method: record(name, module, make)
            for method, make in methods.items()
            if method not in left_out.get(tap, set())
        }
        for tap, module in taps.items()
    }
    model = load(getattr(torchvision.models, name)()).eval()
    targets = [model_targets.ClassifierOutputTarget(each) for each in chosen]
    if name == "resnet18":
        # If a tensor is later changed in place, a hook on it receives the gradient after the change.
        for module in model.modules():
            if isinstance(module, torch.nn.ReLU):
                module.inplace = False
        full = pgc.FullGrad(model, [])(photos.clone(), targets)
        rows["images"] = {"fullGrad": {"raw": [], "final": [numbers(each.flatten()[::every]) for each in full]}}
    found["backbones"][name] = rows
(here / "backbones.json").write_text(json.dumps(found))
