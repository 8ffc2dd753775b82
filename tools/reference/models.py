"""Writes reference figures for @shroom/models, from torchvision.

Run with `/usr/bin/python3 tools/reference/models.py` (Debian: python3-torch, python3-torchvision); it writes
packages/models/test/reference/*.json, which the tests read. Weights and images come from a formula that the tests use
too: of each activation only 64 numbers and the largest magnitude are stored.
"""

import json
import pathlib

import torch
import torchvision
from networks import images, load, sampled

here = pathlib.Path(__file__).resolve().parents[2] / "packages/models/test/reference"
here.mkdir(parents=True, exist_ok=True)
torch.set_num_threads(1)

convnext = {"stem": "features.0", "stages.0": "features.1", "stages.1": "features.3", "stages.2": "features.5", "stages.3": "features.7", "pooled": "avgpool"}
inception = {"stem": "maxpool2", "Mixed_5": "Mixed_5d", "Mixed_6": "Mixed_6e", "Mixed_7": "Mixed_7c", "pooled": "avgpool"}
alexnet = {"stem": "features.2", "features.3": "features.5", "features.6": "features.12", "pooled": "avgpool"}
resnet = {"stem": "relu", **{f"layer{i}": f"layer{i}" for i in range(1, 5)}, "pooled": "avgpool"}
# For each stage of this project's networks, the torchvision module with which the stage ends.
networks = {
    "resnet18": (torchvision.models.resnet18, resnet),
    "resnet50": (torchvision.models.resnet50, resnet),
    "convnext_tiny": (torchvision.models.convnext_tiny, convnext),
    "inception_v3": (lambda: torchvision.models.inception_v3(aux_logits=False, init_weights=False), inception),
    "alexnet": (torchvision.models.alexnet, alexnet),
}


def channels_last(values):
    return values.permute(0, 2, 3, 1).contiguous() if values.dim() == 4 else values


def activations(name, size):
    build, stages = networks[name]
    model = load(build()).eval()
    seen = {}
    modules = dict(model.named_modules())
    for stage, module in stages.items():
        modules[module].register_forward_hook(lambda _, __, output, stage=stage: seen.update({stage: output}))
    with torch.no_grad():
        logits = model(images(2, size))
    pooled = seen.pop("pooled")
    # torchvision pools to [N, C, 1, 1]; AlexNet to 6 x 6.
    seen["pooled"] = pooled.flatten(1) if pooled.shape[2] == 1 else pooled
    seen["logits"] = logits
    return {"network": name, "size": size, "activations": {key: sampled(channels_last(value)) for key, value in seen.items()}}


runs = [activations(name, size) for name in networks for size in (75, 224, 299)]
(here / "activations.json").write_text(json.dumps({"torchvision": torchvision.__version__, "runs": runs}))


def training_step():
    """
    One backward pass of ResNet-18 in training mode, on eight small images: at 64 pixels PyTorch's own gradients in 32 and
    in 64 bits are 2 % apart with these weights, at 32 pixels 2e-5.
    """
    model = load(torchvision.models.resnet18()).train()
    labels = torch.tensor([1, 30, 500, 7, 8, 9, 10, 11])
    loss = torch.nn.functional.cross_entropy(model(images(8, 32)), labels)
    loss.backward()
    gradients = {name: model.get_parameter(name).grad for name in ("conv1.weight", "layer2.0.downsample.0.weight", "fc.weight")}
    averages = {name: model.get_buffer(name) for norm in ("bn1", "layer2.0.bn1", "layer4.1.bn2") for name in (f"{norm}.running_mean", f"{norm}.running_var")}
    return {
        "labels": labels.tolist(), "size": 32, "loss": loss.item(),
        "gradients": {name: sampled(value) for name, value in gradients.items()},
        "averages": {name: sampled(value) for name, value in averages.items()},
    }


(here / "training-step.json").write_text(json.dumps(training_step()))
