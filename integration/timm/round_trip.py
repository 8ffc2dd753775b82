"""Proves that a network goes to timm and back: `python integration/timm/round_trip.py` with timm from PyPI, in a
checkout that was set up.

Exports networks with weights from a formula, trains each of them for two steps in timm with a new classifier, saves it as timm
saves models, and loads it again with `loadBackbone`. The logits have to be the same to 1e-4 of the largest one.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import timm
import torch
from timm.models import save_for_hf

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tools/reference"))
from networks import images  # noqa: E402

networks = {"resnet18": 64, "convnext_tiny": 64, "efficientnet_lite0": 64, "vit_tiny_patch16_224": 224}
classes = 5
torch.set_num_threads(2)
torch.manual_seed(0)


def typescript(*arguments):
    command = ["npx", "tsx", "integration/timm/round-trip.ts", *map(str, arguments)]
    return subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout


def train(exported, out, side):
    network = timm.create_model(f"local-dir:{exported}", pretrained=True, num_classes=classes)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    network.train()
    for step in range(2):
        optimizer.zero_grad()
        logits = network(images(4, side) * (1 + 0.1 * step))
        torch.nn.functional.cross_entropy(logits, torch.arange(4)).backward()
        optimizer.step()
    moved = [name for name, value in network.state_dict().items() if not torch.equal(value, before[name])]
    save_for_hf(network, out, safe_serialization=True)
    network.eval()
    with torch.no_grad():
        logits = network(images(2, side)).tolist()
    figures = {"side": side, "classes": classes, "logits": logits}
    (out / "trained.json").write_text(json.dumps(figures))
    return len(moved), len(before)


failed = []
with tempfile.TemporaryDirectory() as folder:
    for name, side in networks.items():
        exported, trained = (pathlib.Path(folder) / f"{name}{part}" for part in ("", "-trained"))
        typescript("export", exported, name, side)
        moved, tensors = train(exported, trained, side)
        found = json.loads(typescript("load", trained, name))
        share = found["apart"] / found["largest"]
        print(f"{name}: {moved} of {tensors} tensors were trained; logits differ by {share:.1e} of the largest one")
        if moved < tensors / 2 or share > 1e-4:
            failed.append(name)
sys.exit(f"failed: {', '.join(failed)}" if failed else 0)
