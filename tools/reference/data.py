"""Writes reference figures for @shroom/data and @shroom/pixels, from Pillow, torchvision and SciPy.

Run with `/usr/bin/python3 tools/reference/data.py` (Debian: python3-pil, python3-torchvision, python3-scipy,
libjpeg-turbo-progs); it writes
packages/data/test/reference/ and packages/pixels/test/reference/, which the tests read. Pictures come from a formula that the tests use too.
"""

import base64
import io
import json
import math
import pathlib
import subprocess

import numpy as np
import torch
from PIL import Image
from scipy.fft import dctn
from torchvision import transforms
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import _apply_op

packages = pathlib.Path(__file__).resolve().parents[2] / "packages"
here = packages / "data/test/reference"


def picture(height, width):
    """Makes smooth waves with a little noise, `[height, width, 3]`, from integers, so that every language computes
    the same values."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    waves = (x * (c + 3) * 7 + y * (5 - c) * 5) % 256
    noise = (x * 7919 + y * 104729 + c * 31) % 23
    return Image.fromarray(np.minimum(255, np.abs(waves - 128) * 2 * 10 // 11 + noise).astype(np.uint8))


def encoded(image):
    return base64.b64encode(np.asarray(image.convert("RGB")).tobytes()).decode()


small = picture(16, 20)
versions = {"pillow": Image.__version__, "torch": torch.__version__.split("+")[0]}
figures = {"versions": versions}
of_pixels = {"versions": versions}

of_pixels["resize"] = [
    {"from": [h, w], "size": [to_h, to_w], "pixels": encoded(transforms.Resize((to_h, to_w))(picture(h, w)))}
    for h, w, to_h, to_w in [(16, 20, 9, 9), (16, 20, 16, 7), (16, 20, 31, 24), (97, 131, 12, 10), (5, 200, 10, 10)]
]
# Makes a thumbnail of a photograph: it is decoded and resized in one step, ignoring the aspect ratio.
file = io.BytesIO()
waves = np.stack([128 + 90 * np.sin(np.add.outer(np.arange(600) / (19 + 9 * c), np.arange(800) / (31 - 7 * c))) for c in range(3)], -1)
Image.fromarray(waves.astype(np.uint8)).save(file, "JPEG", quality=70)
(here / "waves.jpg").write_bytes(file.getvalue())
jpeg = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
figures["jpeg"] = [
    {"size": list(size), "pixels": encoded(transforms.Resize(size)(jpeg))} for size in [(30, 30), (60, 44), (100, 140)]
]

# Writes kinds of files that this project's encoder does not write.
def compressed(name, *options):
    ppm = io.BytesIO()
    picture(37, 53).save(ppm, "PPM")
    data = subprocess.run(["cjpeg", *options], input=ppm.getvalue(), capture_output=True, check=True).stdout
    pixels = encoded(Image.open(io.BytesIO(data)))
    return {"name": name, "file": base64.b64encode(data).decode(), "pixels": pixels}


of_pixels["decoding"] = [
    compressed("4:2:2", "-sample", "2x1"),
    compressed("4:2:0 with restart markers", "-sample", "2x2", "-restart", "2B"),
    compressed("4:4:4 with restart markers, of low quality", "-sample", "1x1", "-restart", "1", "-quality", "30"),
]

normalized = F.normalize(F.to_tensor(Image.fromarray(np.arange(768, dtype=np.uint8).reshape(256, 1, 3))),
                         [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
# Pixel i has the values 3i, 3i + 1 and 3i + 2 modulo 256.
figures["normalized"] = base64.b64encode(normalized.permute(1, 2, 0).contiguous().numpy().tobytes()).decode()

views = []
for across, down, angle in [(False, False, 7.3), (True, False, -14.9), (False, True, 0.01), (True, True, 11.25)]:
    image = F.hflip(small) if across else small
    image = F.vflip(image) if down else image
    views.append({"flipHorizontally": across, "flipVertically": down, "rotation": angle, "pixels": encoded(F.rotate(image, angle))})
figures["views"] = views

figures["centerCrop"] = [{"size": list(size), "pixels": encoded(F.center_crop(small, size))} for size in [(8, 8), (7, 9), (16, 3)]]
figures["crop"] = [{"box": box, "size": [6, 5], "pixels": encoded(F.resized_crop(small, *box, [6, 5]))} for box in [[2, 3, 9, 12], [0, 0, 16, 4]]]

adjustments = {"brightness": F.adjust_brightness, "contrast": F.adjust_contrast, "saturation": F.adjust_saturation}
figures["color"] = [
    {"name": name, "amount": factor, "pixels": encoded(adjust(small, factor))}
    for name, adjust in adjustments.items() for factor in [0, 0.37, 1, 1.63]
] + [{"name": "hue", "amount": turn, "pixels": encoded(F.adjust_hue(small, turn))} for turn in [-0.31, 0.05, 0.5]]

names = {
    "shearX": "ShearX", "shearY": "ShearY", "translateX": "TranslateX", "translateY": "TranslateY", "rotate": "Rotate",
    "brightness": "Brightness", "color": "Color", "contrast": "Contrast", "sharpness": "Sharpness",
    "posterize": "Posterize", "solarize": "Solarize", "stretchContrast": "AutoContrast", "equalize": "Equalize",
}
space = transforms.RandAugment()._augmentation_space(31, (16, 20))
figures["randAugment"] = []
for name, theirs in names.items():
    magnitudes, signed = space[theirs]
    for magnitude in ([9, -21] if signed else [9]):
        value = float(magnitudes[abs(magnitude)]) if magnitudes.ndim else 0.0
        image = _apply_op(small, theirs, math.copysign(value, magnitude), transforms.InterpolationMode.NEAREST, None)
        figures["randAugment"].append({"name": name, "magnitude": magnitude, "pixels": encoded(image)})


def perceptual_hash(image):
    """The hash of Zauner 2010: which of the 8 by 8 lowest frequencies of a 32 by 32 gray picture are above the median."""
    gray = np.asarray(image.resize((32, 32), Image.BILINEAR), dtype=np.float64) @ [0.299, 0.587, 0.114]
    low = dctn(gray, type=2)[:8, :8]
    bits = (low > np.median(low)).flatten()
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


figures["perceptualHash"] = [
    {"from": [h, w], "hash": perceptual_hash(picture(h, w))} for h, w in [(16, 20), (97, 131), (64, 64), (200, 90)]
]

(here / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
(packages / "pixels/test/reference/figures.json").write_text(json.dumps(of_pixels, indent=1) + "\n")
