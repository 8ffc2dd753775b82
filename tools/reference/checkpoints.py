"""Writes small checkpoints with torch.save, of both kinds, and what is in them, for packages/formats/test/pytorch.test.ts.

Run with `python3 tools/reference/checkpoints.py`. It needs PyTorch 2.6 or later.
"""

import argparse
import json
from collections import OrderedDict
from pathlib import Path

import torch

folder = Path(__file__).parents[2] / "packages/formats/test/reference"
folder.mkdir(exist_ok=True)

base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 2 - 3
filters = torch.arange(24, dtype=torch.float32).reshape(2, 3, 2, 2) - 0.1
state = OrderedDict(
    [
        ("base", base),
        # These three share the numbers of `base`.
        ("transposed", base.t()),
        ("column", base[:, 2]),
        ("block", base[1:3, 1::2]),
        ("channels_last", filters.to(memory_format=torch.channels_last)),
        ("expanded", torch.tensor([[1.0], [-2.0]]).expand(2, 3)),
        ("parameter", torch.nn.Parameter(torch.tensor([0.1, -0.0]))),
        ("double", torch.tensor([0.1, 1e300, -1e-300], dtype=torch.float64)),
        ("half", torch.tensor([1.5, -65504.0, 6e-8], dtype=torch.float16)),
        ("bfloat", torch.tensor([1.5, -3e38, 0.1], dtype=torch.bfloat16)),
        ("scalar", torch.tensor(7.5)),
        ("empty", torch.empty(0, 3)),
        ("größe", torch.ones(1)),
        ("num_batches_tracked", torch.tensor(42)),
        ("mask", torch.tensor([True, False])),
    ]
)
state._metadata = OrderedDict([("", {"version": 1})])


def save(name, saved, **options):
    torch.save(saved, folder / name, **options)


save("legacy.pth", state, _use_new_zipfile_serialization=False)
save("zip.pth", state)
save("zip-protocol-4.pth", state, pickle_protocol=4)
torch.serialization.set_crc32_options(False)
save("zip-without-checksums.pth", state)
torch.serialization.set_crc32_options(True)

network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
with torch.no_grad():
    for index, parameter in enumerate(network.parameters()):
        parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) / 4 - index)
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
network(torch.ones(4, 3)).sum().backward()
optimizer.step()
# A checkpoint of a training program, of a network that several GPUs share.
training = {
    "epoch": 3,
    "arch": "linear",
    "best": 0.625,
    "large": 2**70,
    "sizes": [1, 2.5, None, True, (4,), {"a": -1}],
    "state_dict": torch.nn.DataParallel(network).state_dict(),
    "optimizer": optimizer.state_dict(),
}
save("training.pth", training)
save("training-legacy.pth", training, _use_new_zipfile_serialization=False)
save("arguments.pth", {**training, "args": argparse.Namespace(lr=0.1)})


def said(tensors):
    return {
        name: {
            "shape": list(tensor.shape),
            "dtype": str(tensor.dtype).removeprefix("torch."),
            # Numbers of 64 bits are rounded as the reader rounds them.
            "values": [min(max(value, -3.5e38), 3.5e38) for value in tensor.detach().float().flatten().tolist()],
        }
        for name, tensor in tensors.items()
    }


figures = {
    "torch": torch.__version__,
    "state": said(state),
    "training": said(network.state_dict()),
}
(folder / "checkpoints.json").write_text(json.dumps(figures, separators=(",", ":")) + "\n")
