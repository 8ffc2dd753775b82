"""The small networks of tools/reference/perturbations.py and captum_maps.py, their images, and random numbers that the tests draw too."""

import pathlib

import numpy as np
import torch
from formula import formula

here = pathlib.Path(__file__).resolve().parents[2] / "packages/gradcam/test/reference"
torch.set_num_threads(1)

height, width, classes = 10, 8, 5
chosen = [1, 3]  # The class that is explained for each image.


def shaped(shape, salt, scale=1.0):
    """Returns numbers from the formula as a tensor."""
    return torch.tensor(formula(np.prod(shape), salt, scale).reshape(shape), dtype=torch.float32)


def conv(x, kernel, bias, stride):
    return torch.nn.functional.conv2d(x, kernel.permute(3, 2, 0, 1), bias, stride=stride, padding=1)


def head(x):
    """Computes the output of the second convolution, before its ReLU, from images `[N, 3, H, W]`."""
    x = torch.relu(conv(x, shaped((3, 3, 3, 6), 2), shaped((6,), 3), 1))
    return conv(x, shaped((3, 3, 6, 8), 4), shaped((8,), 5), 2)


def tail(kind, features):
    x = torch.relu(features)
    if kind == "pooled":
        return x.mean(dim=(2, 3)) @ shaped((8, classes), 6, 4) + shaped((classes,), 7)
    return x.permute(0, 2, 3, 1).reshape(len(x), -1) @ shaped((160, classes), 6) + shaped((classes,), 7)


def numbers(array):
    return [float(f"{value:.7g}") for value in np.asarray(array, dtype=np.float64).flatten()]


def mulberry32(seed):
    state = ((seed + 1) * 0x9E3779B1) & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((state ^ (state >> 15)) * (1 | state)) & 0xFFFFFFFF
        t = ((t + (((t ^ (t >> 7)) * (61 | t)) & 0xFFFFFFFF)) & 0xFFFFFFFF) ^ t
        yield (t ^ (t >> 14)) / 2**32


images = shaped((2, height, width, 3), 1, 4).permute(0, 3, 1, 2).contiguous()
