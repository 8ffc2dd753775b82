"""Writes reference figures for @shroom/gradcam/pictures, from PyTorch and OpenCV.

Run with `/usr/bin/python3 tools/reference/pictures.py` (Debian: python3-torch, python3-opencv, python3-contourpy). It writes
packages/gradcam/test/reference/pictures.json, which the tests read. Weights, images and photos come from a formula that
the tests use too, so that only results are stored.
"""

import base64
import json
import pathlib

import contourpy
import cv2
import numpy as np
import torch
from torch import nn

here = pathlib.Path(__file__).resolve().parents[2] / "packages/gradcam/test/reference"
torch.set_num_threads(1)

height, width, classes = 10, 8, 5
# The size is not a multiple of the map's size and has no common divisor with 255. Otherwise a value such as 51 / 255
# could be truncated to 50 or 51, depending on the last bit of a float.
photo_height, photo_width = 23, 19
chosen = [1, 3]  # The class that is explained for each image.


def formula(shape, salt, scale=1.0):
    """Returns numbers from -0.5 to 0.5, times `scale`, which are the same in every language."""
    index = np.arange(np.prod(shape), dtype=np.int64)
    values = (((index * 7919 + salt * 104729 + 13) % 1009) / 1009 - 0.5) * scale
    return torch.tensor(values.reshape(shape), dtype=torch.float32)


def photo(salt):
    index = np.arange(photo_height * photo_width * 3, dtype=np.int64)
    return ((index * 7919 + salt * 104729 + 13) % 256).astype(np.uint8).reshape(photo_height, photo_width, 3)


def set_convolution(layer, shape, salt):
    layer.weight.copy_(formula(shape, salt).permute(3, 2, 0, 1))
    layer.bias.copy_(formula((layer.out_channels,), salt + 1))


class Normed(nn.Module):
    """The end of a ResNet: the last convolution, its batch norm, the shortcut, ReLU, pooling, a linear layer."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.tap = nn.Conv2d(6, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6, eps=1e-3)
        self.linear = nn.Linear(6, classes)
        with torch.no_grad():
            set_convolution(self.first, (3, 3, 3, 6), 2)
            set_convolution(self.tap, (3, 3, 6, 6), 4)
            self.norm.weight.copy_(formula((6,), 8) + 1)
            self.norm.bias.copy_(formula((6,), 9))
            self.norm.running_mean.copy_(formula((6,), 10))
            self.norm.running_var.copy_(formula((6,), 11) + 1)
            self.linear.weight.copy_(formula((6, classes), 6, 4).T)
            self.linear.bias.copy_(formula((classes,), 7))

    def forward(self, images):
        x = torch.relu(self.first(images))
        y = self.norm(self.tap(x))
        return self.linear(torch.relu(x + y).mean((2, 3)))


class Depthwise(nn.Module):
    """A network like a ConvNeXt block: a depthwise convolution, two linear layers over the channels, the shortcut."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 2, stride=2)
        self.tap = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.expand = nn.Linear(6, 12)
        self.project = nn.Linear(12, 6)
        self.linear = nn.Linear(6, classes)
        with torch.no_grad():
            set_convolution(self.first, (2, 2, 3, 6), 2)
            self.tap.weight.copy_(formula((3, 3, 6, 1), 4).permute(2, 3, 0, 1))
            self.tap.bias.copy_(formula((6,), 5))
            for layer, shape, salt in ((self.expand, (6, 12), 8), (self.project, (12, 6), 10)):
                layer.weight.copy_(formula(shape, salt, 2).T)
                layer.bias.copy_(formula((shape[1],), salt + 1))
            self.linear.weight.copy_(formula((6, classes), 6, 4).T)
            self.linear.bias.copy_(formula((classes,), 7))

    def forward(self, images):
        x = self.first(images)
        y = self.tap(x).permute(0, 2, 3, 1)
        y = self.project(torch.relu(self.expand(y))).permute(0, 3, 1, 2)
        return self.linear((x + y).mean((2, 3)))


def explained(model, image, which):
    """Returns the map of one image, finished and resized to the photo."""
    kept = {}
    handle = model.tap.register_forward_hook(lambda _, __, output: kept.update(features=output))
    logits = model(image)
    handle.remove()
    (gradient,) = torch.autograd.grad(logits[0, which], kept["features"])
    weights = gradient.mean((0, 2, 3))
    cam = (kept["features"][0] * weights[:, None, None]).mean(0).detach().numpy()
    cam = np.maximum(cam, 0)
    cam = cam / cam.max()
    return cam, cv2.resize(cam, (photo_width, photo_height), interpolation=cv2.INTER_LINEAR)


def panels(picture, resized):
    heat = cv2.applyColorMap(np.uint8(255 * resized), cv2.COLORMAP_JET)[:, :, ::-1]
    overlay = cv2.addWeighted(picture, 0.7, heat, 0.3, 0)
    return np.hstack([picture, heat, overlay])


def numbers(array):
    return [float(f"{value:.7g}") for value in np.asarray(array, dtype=np.float64).flatten()]


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype=np.uint8).tobytes()).decode()


ramp = np.arange(256, dtype=np.uint8).reshape(-1, 1)
figures = {"jet": encoded(cv2.applyColorMap(ramp, cv2.COLORMAP_JET)[:, 0, ::-1]), "lastConvolution": {}}
images = formula((2, height, width, 3), 1, 4).permute(0, 3, 1, 2).contiguous()
for name, make in {"normed": Normed, "depthwise": Depthwise}.items():
    model = make().eval()
    rows = []
    for i, which in enumerate(chosen):
        cam, resized = explained(model, images[i : i + 1], which)
        rows.append({"map": numbers(cam), "resized": numbers(resized), "panels": encoded(panels(photo(i), resized))})
    figures["lastConvolution"][name] = rows

# Computes the area enclosed by contours, without their holes. Pixel centers are at half pixels, and the values at the
# edge are continued to the edge of the picture.
field = cv2.resize(formula((7, 9), 12).numpy(), (36, 28), interpolation=cv2.INTER_LINEAR)
x = np.concatenate([[0], np.arange(36) + 0.5, [36]])
y = np.concatenate([[0], np.arange(28) + 0.5, [28]])
generator = contourpy.contour_generator(x, y, np.pad(field, 1, mode="edge"), fill_type="OuterOffset")
areas = []
for level in (-0.2, 0.05, 0.3):
    area = 0.0
    for points, offsets in zip(*generator.filled(level, 10)):
        for start, end in zip(offsets[:-1], offsets[1:]):
            px, py = points[start : end - 1].T
            area += 0.5 * float(np.sum(px * np.roll(py, -1) - np.roll(px, -1) * py))
    areas.append({"level": level, "area": abs(area)})
figures["contours"] = areas
(here / "pictures.json").write_text(json.dumps(figures))
