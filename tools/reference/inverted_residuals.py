"""Writes reference figures of EfficientNet-Lite and MobileNetV2 for @shroom/models, from timm and torchvision.

Run with `python tools/reference/inverted_residuals.py`, with torch, torchvision, timm and efficientnet-lite-pytorch from
PyPI; it writes packages/models/test/reference/inverted-residuals.json, which the tests read. Weights and images come
from a formula that the tests use too: of each activation only 64 numbers and the largest magnitude are stored.
"""

import hashlib
import json
import pathlib

import timm
import torch
import torchvision
from efficientnet_lite_pytorch import EfficientNet
from networks import images, load, sampled

here = pathlib.Path(__file__).resolve().parents[2] / "packages/models/test/reference"
torch.set_num_threads(2)

groups = ("blocks.0", "blocks.1", "blocks.2", "blocks.4")
# For each stage of this project's networks, the library's module with which the stage ends.
in_timm = {"stem": "bn1", **{group: group for group in groups}, "head": "bn2"}
in_torchvision = {"stem": "features.0", **dict(zip(groups, (f"features.{i}" for i in (1, 3, 6, 13)))), "head": "features.18"}
libraries = {
    "timm": (lambda name: timm.create_model(name), in_timm),
    "torchvision": (lambda name: getattr(torchvision.models, name)(), in_torchvision),
}
networks = {
    ("efficientnet_lite0", "timm"): ("tf_efficientnet_lite0", (75, 224)),
    ("efficientnet_lite1", "timm"): ("tf_efficientnet_lite1", (75, 240)),
    ("efficientnet_lite2", "timm"): ("tf_efficientnet_lite2", (75, 260)),
    ("mobilenet_v2", "timm"): ("mobilenetv2_100", (75, 224)),
    ("mobilenet_v2", "torchvision"): ("mobilenet_v2", (75,)),
}


def channels_last(values):
    return values.permute(0, 2, 3, 1).contiguous() if values.dim() == 4 else values


def activations(network, library, size):
    build, stages = libraries[library]
    model = load(build(networks[network, library][0])).eval()
    seen = {}
    modules = dict(model.named_modules())
    for stage, module in stages.items():
        modules[module].register_forward_hook(lambda _, __, output, stage=stage: seen.update({stage: output.clone()}))
    with torch.no_grad():
        logits = model(images(2, size))
    seen["pooled"] = seen["head"].mean((2, 3))
    seen["logits"] = logits
    found = {key: sampled(channels_last(value)) for key, value in seen.items()}
    return {"network": network, "library": library, "size": size, "activations": found}


def names(model):
    """The number of tensors, and a hash of their names and shapes."""
    state = model.state_dict()
    lines = [f"{name} {list(state[name].shape)}" for name in sorted(state) if not name.endswith("num_batches_tracked")]
    return {"tensors": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def training_step(kind=torch.float32):
    """
    One backward pass of EfficientNet-Lite0 on eight images of 32 pixels, with frozen batch norms: with those of the batch, PyTorch's
    own gradients in 32 and in 64 bits are 1 % apart. The running averages are those after a pass in training mode.
    """
    model = load(timm.create_model("tf_efficientnet_lite0")).eval().to(kind)
    labels = torch.tensor([1, 30, 500, 7, 8, 9, 10, 11])
    pictures = images(8, 32).to(kind)
    loss = torch.nn.functional.cross_entropy(model(pictures), labels)
    loss.backward()
    # The depthwise convolutions at stride 2 with kernels of 3 and 5, the first and the last weights, and a batch norm.
    weights = ("conv_stem.weight", "blocks.1.0.conv_dw.weight", "blocks.2.0.conv_dw.weight", "blocks.4.1.bn2.weight", "classifier.weight")
    gradients = {name: model.get_parameter(name).grad for name in weights}
    with torch.no_grad():
        model.train()(pictures)
    averages = {name: model.get_buffer(name) for norm in ("bn1", "blocks.1.0.bn2", "blocks.2.0.bn2") for name in (f"{norm}.running_mean", f"{norm}.running_var")}
    return labels, loss, gradients, averages


def recorded_step():
    labels, loss, gradients, averages = training_step()
    *_, exact_gradients, exact_averages = training_step(torch.float64)
    for name, exact in {**exact_gradients, **exact_averages}.items():
        value = {**gradients, **averages}[name]
        print(name, "in 32 and 64 bits differs by", ((value - exact).abs().max() / exact.abs().max()).item())
    return {
        "labels": labels.tolist(), "size": 32, "batchNorm": "frozen", "loss": loss.item(),
        "gradients": {name: sampled(value) for name, value in gradients.items()},
        "averages": {name: sampled(value) for name, value in averages.items()},
    }


figures = {
    "timm": timm.__version__,
    "torchvision": torchvision.__version__,
    "runs": [activations(network, library, size) for (network, library), (_, sizes) in networks.items() for size in sizes],
    "efficientnet_pytorch": {f"efficientnet_lite{i}": names(EfficientNet.from_name(f"efficientnet-lite{i}")) for i in range(3)},
    "step": recorded_step(),
}
for run in figures["runs"]:
    print(run["network"], run["library"], run["size"], {stage: value["largest"] for stage, value in run["activations"].items()})
(here / "inverted-residuals.json").write_text(json.dumps(figures))
