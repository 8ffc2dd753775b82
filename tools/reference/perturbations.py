"""Writes reference figures for methods of @shroom/gradcam that pytorch-grad-cam does not have, in plain PyTorch from their papers.

Run with `/usr/bin/python3 tools/reference/perturbations.py` (Debian: python3-torch, python3-scipy). It writes
packages/gradcam/test/reference/perturbations.json. Networks, images and noise come from a formula that the tests use
too; the masks of RISE come from the same random numbers (mulberry32) as in the tests.
"""

import json

import numpy as np
import torch
from scipy.ndimage import map_coordinates
from small_network import chosen, head, height, here, images, mulberry32, numbers, shaped, tail, width

def rise_mask(seed, cells, keep):
    """Makes a mask from a grid of zeros and ones that is slightly more than one cell larger than the image. The grid
    is shifted randomly and interpolated."""
    random = mulberry32(seed)
    side = cells + 2
    coarse = np.array([next(random) < keep for _ in range(side * side)], dtype=np.float64).reshape(side, side)
    top, left = next(random), next(random)
    rows = top + (np.arange(height) + 0.5) * cells / height
    columns = left + (np.arange(width) + 0.5) * cells / width
    return map_coordinates(coarse, np.meshgrid(rows, columns, indexing="ij"), order=1)


def gradient(score, point):
    point = point.clone().requires_grad_(True)
    score(point).backward()
    return point.grad


steps, samples, places, masks, cells, keep = 5, 3, 4, 20, 3, 0.5
noise = [0.1 * shaped((height, width, 3), 100 + sample, 4).permute(2, 0, 1) for sample in range(samples)]
figures = {
    "classes": chosen,
    "options": {"steps": steps, "samples": samples, "places": places, "masks": masks, "cells": cells, "keep": keep},
    "networks": {},
}
for kind in ("pooled", "flat"):
    found = {name: [] for name in
             ("occlusion", "rise", "saliency", "inputTimesGradient", "integratedGradients", "integratedFeatures",
              "smoothGrad", "smoothedGradCamPlusPlus", "smoothGradCamPlusPlus", "reciproCam")}
    for image, c in zip(images, chosen):
        score = lambda x, c=c: tail(kind, head(x[None]))[0, c]
        after = lambda a, c=c: tail(kind, a[None])[0, c]
        with torch.no_grad():
            lost = np.zeros((places, places))
            for i in range(places):
                for j in range(places):
                    covered = image.clone()
                    # Selects the pixels whose relative position along the side falls into the cell.
                    top, low = -(-i * height // places), -(-(i + 1) * height // places)
                    left, right = -(-j * width // places), -(-(j + 1) * width // places)
                    covered[:, top:low, left:right] = 0
                    lost[i, j] = score(image) - score(covered)
            seen = [rise_mask(seed, cells, keep) for seed in range(masks)]
            scores = np.array([float(score(image * torch.tensor(m, dtype=torch.float32))) for m in seen])
            risen = sum((s - scores.mean()) * m for s, m in zip(scores, seen)) / (masks * keep)
            features = head(image[None])[0]
            empty = after(torch.zeros_like(features))
            alone = torch.zeros(features.shape[1:])
            for i in range(alone.shape[0]):
                for j in range(alone.shape[1]):
                    one = torch.zeros_like(features)
                    one[:, i, j] = features[:, i, j]
                    alone[i, j] = after(one) - empty
        plain = gradient(score, image)
        path = sum(gradient(score, image * (k + 0.5) / steps) for k in range(steps)) / steps
        deep = sum(gradient(after, features * (k + 0.5) / steps) for k in range(steps)) / steps
        span = image.max() - image.min()
        noisy = [image + span * each for each in noise]
        smooth = sum(gradient(score, x).abs().amax(0) for x in noisy) / samples
        plusplus = 0
        derivatives = [0, 0, 0]
        for x in noisy:
            with torch.no_grad():
                a = head(x[None])[0]
            g = gradient(after, a)
            divisor = 2 * g**2 + a.sum(dim=(1, 2), keepdim=True) * g**3
            alpha = torch.where(g != 0, g**2 / divisor, torch.zeros_like(g))
            weights = (alpha * torch.relu(g)).sum(dim=(1, 2), keepdim=True)
            plusplus = plusplus + (weights * a).sum(0) / samples
            derivatives = [total + g**order / samples for order, total in enumerate(derivatives, 1)]
        # Omeiza et al. 2019, equation 6: the derivatives are means over the noisy copies, and the features are those
        # of the original image.
        first, second, third = derivatives
        divisor = 2 * second + features.sum(dim=(1, 2), keepdim=True) * third
        alpha = torch.where(divisor != 0, second / divisor, torch.zeros_like(second))
        weights = (alpha * torch.relu(first)).sum(dim=(1, 2), keepdim=True)
        averaged = (weights * features).sum(0)
        found["occlusion"] += numbers(lost)
        found["rise"] += numbers(risen)
        found["saliency"] += numbers(plain.abs().amax(0))
        found["inputTimesGradient"] += numbers((image * plain).sum(0))
        found["integratedGradients"] += numbers((image * path).sum(0))
        found["integratedFeatures"] += numbers((features * deep).sum(0))
        found["smoothGrad"] += numbers(smooth)
        found["smoothedGradCamPlusPlus"] += numbers(plusplus)
        found["smoothGradCamPlusPlus"] += numbers(averaged)
        found["reciproCam"] += numbers(alone)
    figures["networks"][kind] = found
(here / "perturbations.json").write_text(json.dumps(figures))
