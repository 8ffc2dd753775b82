"""Writes reference figures of the networks with more than 100 million parameters for @shroom/models, from timm and open_clip.

Run with `python tools/reference/large_networks.py`, with torch, timm and open-clip-torch from PyPI; it writes
packages/models/test/reference/large-networks.json, which the tests read. The activations are those of a network of the same
width with one block (ConvNeXt: one in each stage), with weights and images from a formula that the tests use too: of each
activation only 64 numbers and the largest magnitude are stored. The names and shapes of ConvNeXt are those of the whole network;
vision_transformers.py has those of the transformers.
"""

import hashlib
import json
import pathlib

import open_clip
import timm
import torch
from networks import images, load, sampled
from open_clip.model import CLIPVisionCfg, _build_vision_tower
from timm.models.eva import checkpoint_filter_fn as filter_eva
from timm.models.vision_transformer import checkpoint_filter_fn as filter_vit

here = pathlib.Path(__file__).resolve().parents[2] / "packages/models/test/reference"
torch.set_num_threads(2)

# Each transformer of timm with a size at which it is compared; those for 224 or 518 pixels resample their positions.
transformers = {
    "vit_large_patch14_dinov2": 70,
    "vit_large_patch14_reg4_dinov2": 70,
    "vit_large_patch16_dinov3": 64,
    "vit_large_patch14_clip_224": 70,
    "vit_huge_patch14_clip_224": 70,
}
towers = {"vit_large_patch14_clip_224": "ViT-L-14", "vit_huge_patch14_clip_224": "ViT-H-14"}


def transformer(network, size):
    weights = load(timm.create_model(network, num_classes=0, depth=1))
    model = timm.create_model(network, num_classes=0, depth=1, img_size=size).eval()
    model.load_state_dict((filter_eva if "dinov3" in network else filter_vit)(weights.state_dict(), model))
    seen = {}
    model.blocks[0].register_forward_pre_hook(lambda _, inputs: seen.update({"stem": inputs[0].clone()}))
    model.blocks[0].register_forward_hook(lambda _, __, output: seen.update({"blocks.0": output.clone()}))
    model.norm.register_forward_hook(lambda _, __, output: seen.update({"norm": output.clone()}))
    with torch.no_grad():
        model(images(1, size))
    return {"library": "timm", "network": network, "size": size, "activations": {key: sampled(value) for key, value in seen.items()}}


def tower(network, name, size):
    """The vision tower by open_clip's own configuration, which says how wide a head of ViT-H is, for small images."""
    config = open_clip.get_model_config(name)
    small = CLIPVisionCfg(**{**config["vision_cfg"], "layers": 1, "image_size": size})
    named = torch.nn.Module()
    named.visual = model = _build_vision_tower(config["embed_dim"], small)
    load(named).eval()
    seen = {}
    model.ln_pre.register_forward_hook(lambda _, __, output: seen.update({"stem": output.clone()}))
    model.transformer.register_forward_hook(lambda _, __, output: seen.update({"blocks.0": output.clone()}))
    with torch.no_grad():
        model(images(1, size))
        seen["norm"] = model.ln_post(seen["blocks.0"])
    return {"library": "open_clip", "network": network, "size": size, "activations": {key: sampled(value) for key, value in seen.items()}}


def convnext(network, size):
    model = load(timm.create_model(network, num_classes=0, depths=(1, 1, 1, 1))).eval()
    seen = {}
    for stage, module in {"stem": model.stem, **{f"stages.{i}": stage for i, stage in enumerate(model.stages)}}.items():
        module.register_forward_hook(lambda _, __, output, stage=stage: seen.update({stage: output.permute(0, 2, 3, 1).clone()}))
    with torch.no_grad():
        model.forward_features(images(1, size))
    return {"library": "timm", "network": network, "size": size, "activations": {key: sampled(value) for key, value in seen.items()}}


def whole_convnext(network, size):
    """Every stage, the pooled features, and the logits, for the page of networks."""
    model = load(timm.create_model(network, num_classes=1000)).eval()
    seen = {}
    for stage, module in {"stem": model.stem, **{f"stages.{i}": stage for i, stage in enumerate(model.stages)}}.items():
        module.register_forward_hook(lambda _, __, output, stage=stage: seen.update({stage: output.permute(0, 2, 3, 1).clone()}))
    model.head.global_pool.register_forward_hook(lambda _, __, output: seen.update({"pooled": output.flatten(1).clone()}))
    with torch.no_grad():
        seen["logits"] = model(images(2, size))
    return {"library": "timm", "network": network, "size": size, "activations": {key: sampled(value) for key, value in seen.items()}}


def names(state):
    """The number of tensors, and a hash of their names and shapes."""
    lines = [f"{name} {list(state[name].shape)}" for name in sorted(state)]
    return {"tensors": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


with torch.device("meta"):
    whole = timm.create_model("convnext_large", num_classes=1000)
figures = {
    "timm": timm.__version__,
    "open_clip": open_clip.__version__,
    "names": {"convnext_large": names(whole.state_dict())},
    "runs": [
        *(transformer(network, size) for network, size in transformers.items()),
        *(tower(network, name, 56) for network, name in towers.items()),
        convnext("convnext_large", 64),
    ],
    "whole": [whole_convnext("convnext_base", 64)],
}
for run in figures["runs"] + figures["whole"]:
    print(run["library"], run["network"], run["size"], {stage: value["largest"] for stage, value in run["activations"].items()})
(here / "large-networks.json").write_text(json.dumps(figures))
