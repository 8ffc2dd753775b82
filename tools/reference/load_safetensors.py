"""Loads a safetensors file into a network of torchvision with strict=True, and prints its logits for one image, which
comes from a formula.

Run with `/usr/bin/python3 tools/reference/load_safetensors.py <network> <file>`. The file is parsed here, since Debian has
no package of the safetensors library.
"""

import json
import sys

import numpy as np
import torch
import torchvision
from formula import formula

network, path = sys.argv[1:]
data = open(path, "rb").read()
length = int.from_bytes(data[:8], "little")
header = json.loads(data[8 : 8 + length])
header.pop("__metadata__", None)
state = {}
for name, entry in header.items():
    assert entry["dtype"] == "F32", name
    start, end = (8 + length + offset for offset in entry["data_offsets"])
    state[name] = torch.tensor(np.frombuffer(data[start:end], "<f4").reshape(entry["shape"]))

options = {"aux_logits": False, "init_weights": False} if network == "inception_v3" else {}
model = getattr(torchvision.models, network)(**options).eval()
print(model.load_state_dict(state, strict=True))
image = torch.tensor(formula(75 * 75 * 3, 1, 4).reshape(1, 75, 75, 3), dtype=torch.float32).permute(0, 3, 1, 2)
with torch.no_grad():
    print(model(image)[0, :3].tolist())
