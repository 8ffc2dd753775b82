"""Writes reference maps for @shroom/gradcam from captum: integrated gradients from other baselines, GradientSHAP, SmoothGrad's other forms,
and occlusion by windows that overlap.

Run with `python tools/reference/captum_maps.py` (PyPI: torch, captum, scipy). It writes packages/gradcam/test/reference/captum.json. Networks,
images and noise come from a formula that the tests use too; random draws come from the same random numbers as there.
"""

import json
from unittest import mock

import captum
import numpy as np
import torch
from captum.attr import GradientShap, IntegratedGradients, NoiseTunnel, Occlusion
from captum.log import log_usage
from small_network import chosen, head, height, here, images, mulberry32, numbers, shaped, tail, width

steps, samples = 5, 3
own = shaped((1, height, width, 3), 50, 4).permute(0, 3, 1, 2).contiguous()
color = torch.tensor([0.5, -0.25, 1.0]).reshape(1, 3, 1, 1).expand_as(images)
baselines = {
    "color": color,
    "mean": images.mean((2, 3), keepdim=True).expand_as(images),
    "own": own.expand_as(images),
}
noise = [0.1 * shaped((height, width, 3), 100 + sample, 4).permute(2, 0, 1) for sample in range(samples)]
span = (images.amax((1, 2, 3)) - images.amin((1, 2, 3))).reshape(2, 1, 1, 1)
noisy = torch.stack([images + span * each for each in noise], 1).flatten(0, 1)


def path(model, start):
    """Maps and convergence deltas of integrated gradients."""
    found, delta = IntegratedGradients(model).attribute(images, start, target=chosen, n_steps=steps, method="riemann_middle", return_convergence_delta=True)
    return found.sum(1), delta


class Summed(IntegratedGradients):
    """One number for each place, so that squares and variances are those of the map."""

    @log_usage()
    def attribute(self, inputs, **how):
        return super().attribute(inputs, n_steps=steps, method="riemann_middle", **how).sum(1, keepdim=True)


def tunnel(model, kind):
    deviations = lambda mean, deviation: (noisy - images.repeat_interleave(samples, 0))  # noqa: E731
    with mock.patch("torch.normal", deviations):
        return NoiseTunnel(Summed(model)).attribute(images, nt_type=kind, nt_samples=samples, stdevs=1.0, target=chosen)[:, 0]


def shap(model):
    """Each sample draws a baseline and then a share of the way, the same for both images."""
    random = mulberry32(0)
    drawn = [(int(next(random) * 2), next(random)) for _ in range(samples)]
    starts = torch.stack([baselines["own"][0], color[0]])
    deviations = lambda mean, deviation: (noisy - images.repeat_interleave(samples, 0))  # noqa: E731
    picks = lambda count, size: np.array([start for start, _ in drawn] * 2)  # noqa: E731
    shares = lambda low, high, size: np.array([share for _, share in drawn] * 2)  # noqa: E731
    with mock.patch("torch.normal", deviations), mock.patch("numpy.random.choice", picks), mock.patch("numpy.random.uniform", shares):
        return GradientShap(model).attribute(images, starts, n_samples=samples, stdevs=1.0, target=chosen).sum(1)


def windows(model, sides, strides):
    found = Occlusion(model).attribute(images, (3, *sides), (3, *strides), baselines=0.5, target=chosen)
    return found[:, 0]


figures = {"captum": captum.__version__, "classes": chosen, "options": {"steps": steps, "samples": samples}, "networks": {}}
for kind in ("pooled", "flat"):
    model = lambda x, kind=kind: tail(kind, head(x))  # noqa: E731
    maps, deltas = {}, {}
    for name, start in baselines.items():
        maps[name], deltas[name] = path(model, start)
    maps["several"] = (maps["color"] + maps["own"]) / 2
    maps["squared"], maps["variance"] = tunnel(model, "smoothgrad_sq"), tunnel(model, "vargrad")
    maps["gradientShap"] = shap(model)
    maps["windows"] = windows(model, (4, 3), (2, 2))
    maps["ragged"] = windows(model, (3, 3), (2, 2))
    figures["networks"][kind] = {
        "maps": {name: numbers(found.detach()) for name, found in maps.items()},
        "deltas": {name: numbers(found.detach()) for name, found in deltas.items()},
    }
(here / "captum.json").write_text(json.dumps(figures))
