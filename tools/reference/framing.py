"""Writes photos as timm's evaluation transforms frame them with Pillow, for packages/data/test/reference/framing.json.

This program needs timm, torchvision and Pillow from PyPI. Run `python tools/reference/framing.py`. With a folder of
photographs, as in `python tools/reference/framing.py FOLDER`, it writes the frames of these photographs to a folder
beside that one instead, for `npx tsx tools/reference/framing.ts`.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from timm.data import create_transform


def picture(height, width):
    """The formula of packages/data/test/figures.ts."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    waves = (x * (c + 3) * 7 + y * (5 - c) * 5) % 256
    noise = (x * 7919 + y * 104729 + c * 31) % 23
    return np.minimum(255, np.abs(waves - 128) * 20 // 11 + noise).astype(np.uint8)


def framed(image, size, fraction, interpolation, mode):
    """uint8 [H, W, 3], before normalization."""
    transform = create_transform(
        (3, *size), is_training=False, crop_pct=fraction, interpolation=interpolation, crop_mode=mode, use_prefetcher=True
    )
    return np.asarray(transform(image)).transpose(1, 2, 0)


cases = [
    ([height, width], size, fraction, interpolation, mode)
    for height, width in [(40, 64), (64, 40), (300, 417), (23, 17), (310, 230)]
    for size, fraction, interpolation, mode in [
        ([24, 24], 0.875, "bilinear", "center"),
        ([24, 24], 0.95, "bicubic", "center"),
        ([28, 28], 1.0, "bicubic", "center"),
        ([28, 28], 1.0, "bicubic", "squash"),
        ([24, 24], 0.875, "bilinear", "squash"),
        ([20, 32], 0.95, "bicubic", "squash"),
        ([20, 32], 0.9, "bicubic", "center"),
    ]
]

if len(sys.argv) == 1:
    rows = []
    for source, size, fraction, interpolation, mode in cases:
        result = framed(Image.fromarray(picture(*source)), size, fraction, interpolation, mode)
        rows.append(
            {
                "from": source,
                "size": size,
                "resize": "squash" if mode == "squash" else "crop",
                "cropFraction": fraction,
                "interpolation": interpolation,
                "sha256": hashlib.sha256(result.tobytes()).hexdigest(),
            }
        )
    target = Path(__file__).parents[2] / "packages/data/test/reference/framing.json"
    target.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
else:
    folder = Path(sys.argv[1])
    out = folder.parent / f"{folder.name}-framed"
    out.mkdir(exist_ok=True)
    files = sorted(folder.glob("*/*.jpg"))[::10]
    names = []
    for index, file in enumerate(files):
        image = Image.open(file).convert("RGB")
        for fraction, interpolation, mode in [
            (0.875, "bilinear", "center"),
            (0.95, "bicubic", "center"),
            (0.875, "bilinear", "squash"),
            (1.0, "bicubic", "squash"),
        ]:
            name = f"{index}-{interpolation}-{mode}.rgb"
            (out / name).write_bytes(framed(image, [224, 224], fraction, interpolation, mode).tobytes())
            names.append(
                {
                    "photo": str(file),
                    "frame": str(out / name),
                    "resize": "squash" if mode == "squash" else "crop",
                    "cropFraction": fraction,
                    "interpolation": interpolation,
                }
            )
    (out / "frames.json").write_text(json.dumps(names))
    print(out / "frames.json")
