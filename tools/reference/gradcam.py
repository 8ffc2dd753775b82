"""Writes reference figures for @shroom/gradcam, from the released source of pytorch-grad-cam.

Run with `/usr/bin/python3 tools/reference/gradcam.py <folder>`, where <folder> holds `pytorch_grad_cam/` of
https://github.com/jacobgil/pytorch-grad-cam (Debian: python3-torch, python3-torchvision, python3-opencv, python3-sklearn,
python3-matplotlib, python3-tqdm). It writes packages/gradcam/test/reference/*.json, which the tests read. Weights and
images come from a formula that the tests use too, so that only results are stored.
"""

import json
import pathlib

import numpy as np
import torch
from pytorch_cams import methods, pgc
from pytorch_grad_cam.metrics import arcc, cam_mult_image, road
from pytorch_grad_cam.utils import model_targets

here = pathlib.Path(__file__).resolve().parents[2] / "packages/gradcam/test/reference"
here.mkdir(parents=True, exist_ok=True)
torch.set_num_threads(1)

height, width, classes = 10, 8, 5
chosen = [1, 3]  # The class that is explained for each image.


def formula(shape, salt, scale=1.0):
    """Returns numbers from -0.5 to 0.5, times `scale`, which are the same in every language."""
    index = np.arange(np.prod(shape), dtype=np.int64)
    numbers = (((index * 7919 + salt * 104729 + 13) % 1009) / 1009 - 0.5) * scale
    return torch.tensor(numbers.reshape(shape), dtype=torch.float32)


images = formula((2, height, width, 3), 1, 4).permute(0, 3, 1, 2).contiguous()


def network(pooled):
    """Two convolutions and a linear layer, which follows global average pooling or reads all positions."""
    layers = torch.nn.Sequential()
    layers.add_module("conv1", torch.nn.Conv2d(3, 6, 3, padding=1))
    layers.add_module("relu1", torch.nn.ReLU())
    layers.add_module("conv2", torch.nn.Conv2d(6, 8, 3, stride=2, padding=1))
    layers.add_module("relu2", torch.nn.ReLU())
    if pooled:
        layers.add_module("pool", torch.nn.AdaptiveAvgPool2d(1))
    layers.add_module("flat", torch.nn.Flatten())
    layers.add_module("linear", torch.nn.Linear(8 if pooled else 8 * 5 * 4, classes))
    with torch.no_grad():
        # As in TensorFlow.js, weights are stored as [height, width, in, out], and positions come before channels.
        layers.conv1.weight.copy_(formula((3, 3, 3, 6), 2).permute(3, 2, 0, 1))
        layers.conv1.bias.copy_(formula((6,), 3))
        layers.conv2.weight.copy_(formula((3, 3, 6, 8), 4).permute(3, 2, 0, 1))
        layers.conv2.bias.copy_(formula((8,), 5))
        if pooled:
            layers.linear.weight.copy_(formula((8, classes), 6, 4).T)
        else:
            kernel = formula((5, 4, 8, classes), 6).permute(3, 2, 0, 1)
            layers.linear.weight.copy_(kernel.reshape(classes, -1))
        layers.linear.bias.copy_(formula((classes,), 7))
    return layers.eval()


def numbers(array):
    return [float(f"{value:.7g}") for value in np.asarray(array, dtype=np.float64).flatten()]


def record(cam, targets, base=None):
    """Returns the map before clipping and scaling, and the finished map."""
    base, raw = base or cam, []
    get = base.get_cam_image

    def spy(*args, **kwargs):
        raw.append(get(*args, **kwargs))
        return raw[-1]

    base.get_cam_image = spy
    final = cam(input_tensor=images.clone(), targets=targets)
    return {"raw": numbers(raw[0]), "final": numbers(final)}


taps = {"pooled": ["conv2", "relu2"], "flat": ["relu1", "conv2"]}
logit_targets = [model_targets.ClassifierOutputTarget(each) for each in chosen]

maps = {"source": "pytorch-grad-cam", "classes": chosen, "networks": {}}
for name, names in taps.items():
    model = network(name == "pooled")
    with torch.no_grad():
        found = {"logits": numbers(model(images)), "taps": {}}
    for tap in names:
        layer = getattr(model, tap)
        rows = {method: record(make(model, [layer]), logit_targets) for method, make in methods.items()}
        grad = pgc.GradCAM(model, [layer])
        rows["probability"] = record(grad, [model_targets.ClassifierOutputSoftmaxTarget(c) for c in chosen])
        rest = [lambda z, c=c: z[c] + torch.log_softmax(z, -1)[c] for c in chosen]
        rows["rest"] = record(pgc.GradCAM(model, [layer]), rest)
        finer = pgc.FinerCAM(model, [layer])
        rows["finer"] = record(finer, None, finer.base_cam)
        # Methods that need second derivatives or gradients of the images leave hooks behind that disturb other
        # methods.
        fresh = network(name == "pooled")
        rows["shapleyCam"] = record(pgc.ShapleyCAM(fresh, [getattr(fresh, tap)]), rest)
        smooth = pgc.GradCAM(model, [layer])
        rows["augmented"] = {"final": numbers(smooth(images, logit_targets, aug_smooth=True))}
        rows["eigenSmoothed"] = {"final": numbers(smooth(images, logit_targets, eigen_smooth=True))}
        found["taps"][tap] = rows
    layers = [getattr(model, tap) for tap in names]
    found["fused"] = numbers(pgc.GradCAM(model, layers)(input_tensor=images, targets=logit_targets))
    found["fullGrad"] = numbers(pgc.FullGrad(network(name == "pooled"), [])(images.clone(), logit_targets))
    # The method takes one image and one class, and replaces the ReLUs of the network permanently.
    guided = [
        pgc.GuidedBackpropReLUModel(network(name == "pooled"), "cpu")(images[i : i + 1].clone(), c)
        for i, c in enumerate(chosen)
    ]
    found["guidedBackprop"] = numbers(np.abs(guided).max(axis=-1))
    found["refined"] = numbers(pgc.RefineCAM(model, layers)(input_tensor=images, targets=logit_targets))
    maps["networks"][name] = found
(here / "maps.json").write_text(json.dumps(maps))

model = network(False)
cams = np.asarray(maps["networks"]["flat"]["taps"]["conv2"]["layerCam"]["final"], dtype=np.float32)
cams = cams.reshape(2, height, width)
quiet = road.NoisyLinearImputer(noise=0)


def without_noise(metric):
    metric.perturbation.imputer = quiet
    return metric


percentiles = [10, 20, 30, 40, 50, 60, 70, 80, 90]
softmax_targets = [model_targets.ClassifierOutputSoftmaxTarget(each) for each in chosen]
metrics = {"percentiles": percentiles, "kinds": {}}
for kind, targets in {"logit": logit_targets, "probability": softmax_targets}.items():
    morf = [without_noise(road.ROADMostRelevantFirst(p))(images, cams, targets, model) for p in percentiles]
    lerf = [without_noise(road.ROADLeastRelevantFirst(p))(images, cams, targets, model) for p in percentiles]
    metrics["kinds"][kind] = {
        "morf": [numbers(scores) for scores in morf],
        "lerf": [numbers(scores) for scores in lerf],
        "combined": numbers((np.mean(lerf, axis=0) - np.mean(morf, axis=0)) / 2),
        "drop": numbers(cam_mult_image.DropInConfidence()(images, cams, targets, model)),
        "increase": numbers(cam_mult_image.IncreaseInConfidence()(images, cams, targets, model)),
    }
road.NoisyLinearImputer.__init__.__defaults__ = (0, *road.NoisyLinearImputer.__init__.__defaults__[1:])
joined = arcc.ARCC(pgc.LayerCAM(model, [model.conv2]))
metrics["arcc"] = {
    "coherency": numbers(joined.coherency(images, cams, softmax_targets, model, joined.base_method)),
    "extent": numbers(joined.complexity(cams)),
    "score": numbers(joined(images, cams, softmax_targets, model)),
}
threshold = np.percentile(cams[0], 40)
imputed = quiet(images[0], torch.from_numpy(np.float32(cams[0] < threshold)))
metrics["imputed"] = numbers(imputed.permute(1, 2, 0))
(here / "metrics.json").write_text(json.dumps(metrics))
