"""Opens exported folders with timm, and writes what timm says of them for the tests of @shroom/classifier.

First run `npx tsx tools/reference/timm-exports.ts FOLDER`, then `python tools/reference/timm_exports.py FOLDER` with timm from
PyPI; it writes packages/classifier/test/exports/reference/timm.json. Weights and images come from a formula that the
tests use too: of each feature map only 64 numbers and the largest magnitude are stored.
"""

import hashlib
import json
import pathlib
import sys

import timm
import torch
from networks import images, sampled

here = pathlib.Path(__file__).resolve().parents[2] / "packages/classifier/test/exports/reference"
torch.set_num_threads(2)


def of(folder):
    network = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    data = timm.data.resolve_model_data_config(network)
    state = network.state_dict()
    # timm has resampled positions to the grid of the images.
    left_out = ("num_batches_tracked", "pos_embed")
    names = [f"{name} {list(state[name].shape)}" for name in sorted(state) if not name.endswith(left_out)]
    with torch.no_grad():
        maps = network.forward_features(images(2, data["input_size"][1]))
    return {
        "architecture": network.default_cfg["architecture"],
        "input_size": list(data["input_size"]),
        "mean": list(data["mean"]),
        "std": list(data["std"]),
        "crop_pct": data["crop_pct"],
        "crop_mode": data["crop_mode"],
        "tensors": len(names),
        "sha256_of_names_and_shapes": hashlib.sha256("\n".join(names).encode()).hexdigest(),
        "features": sampled(maps.permute(0, 2, 3, 1).contiguous() if maps.dim() == 4 else maps),
    }


folders = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if (path / "config.json").exists())
figures = {"timm": timm.__version__, "exports": {path.name: of(path) for path in folders}}
here.mkdir(parents=True, exist_ok=True)
(here / "timm.json").write_text(json.dumps(figures) + "\n")
