"""Writes reference figures of vision transformers for @shroom/models, from timm and open_clip.

Run with `python tools/reference/vision_transformers.py`, with torch, timm and open-clip-torch from PyPI; it writes
packages/models/test/reference/vision-transformers.json, which the tests read. Weights and images come from a formula
that the tests use too: of each activation only 64 numbers and the largest magnitude are stored.
"""

import hashlib
import json
import pathlib

import open_clip
import timm
import torch
from networks import images, load, sampled
from open_clip.transformer import VisionTransformer as OpenClipTower
from timm.models.eva import checkpoint_filter_fn as filter_eva
from timm.models.vision_transformer import checkpoint_filter_fn as filter_vit

here = pathlib.Path(__file__).resolve().parents[2] / "packages/models/test/reference"
torch.set_num_threads(2)

# Each network with the two sizes at which all of it is compared.
compared = {
    "vit_tiny_patch16_224": (64, 224),
    "vit_small_patch14_dinov2": (70, 224),
    "vit_small_patch14_reg4_dinov2": (70, 224),
    "vit_small_patch16_dinov3": (64, 224),
    "vit_base_patch16_clip_quickgelu_224": (64,),
    "vit_base_patch16_siglip_224": (64,),
}
others = (
    "vit_small_patch16_224", "vit_base_patch16_224", "vit_base_patch14_dinov2", "vit_large_patch14_dinov2",
    "vit_base_patch14_reg4_dinov2", "vit_large_patch14_reg4_dinov2", "vit_base_patch16_dinov3", "vit_large_patch16_dinov3",
    "vit_base_patch16_clip_224", "vit_large_patch14_clip_224", "vit_huge_patch14_clip_224",
)  # fmt: skip
towers = {"vit_base_patch16_clip_224": "ViT-B-16", "vit_large_patch14_clip_224": "ViT-L-14", "vit_huge_patch14_clip_224": "ViT-H-14"}


def activations(network, size):
    """Every tap, what the classifier reads, and the logits; positions are resampled by timm."""
    weights = load(timm.create_model(network, num_classes=1000))
    model = timm.create_model(network, num_classes=1000, img_size=size).eval()
    resized = (filter_eva if "dinov3" in network else filter_vit)(weights.state_dict(), model)
    model.load_state_dict(resized)
    seen = {}
    model.blocks[0].register_forward_pre_hook(lambda _, inputs: seen.update({"stem": inputs[0].clone()}))
    for index, block in enumerate(model.blocks):
        block.register_forward_hook(lambda _, __, output, index=index: seen.update({f"blocks.{index}": output.clone()}))
    model.norm.register_forward_hook(lambda _, __, output: seen.update({"norm": output.clone()}))
    with torch.no_grad():
        logits = model(images(2, size))
        seen["pooled"] = model.forward_head(seen["norm"], pre_logits=True)
    seen["logits"] = logits
    found = {key: sampled(value) for key, value in seen.items()}
    return {"network": network, "library": "timm", "size": size, "activations": found}


def training_step(network, weights):
    """The loss of one step on eight images of 32 pixels, and gradients of some weights."""
    model = timm.create_model(network, num_classes=1000, img_size=32).eval()
    whole = load(timm.create_model(network, num_classes=1000))
    model.load_state_dict((filter_eva if "dinov3" in network else filter_vit)(whole.state_dict(), model))
    labels = torch.tensor([1, 30, 500, 7, 8, 9, 10, 11])
    loss = torch.nn.functional.cross_entropy(model(images(8, 32)), labels)
    loss.backward()
    gradients = {name: sampled(model.get_parameter(name).grad) for name in weights}
    return {"labels": labels.tolist(), "size": 32, "batchNorm": "frozen", "loss": loss.item(), "gradients": gradients, "averages": {}}


def names(state):
    """The number of tensors, and a hash of their names and shapes."""
    lines = [f"{name} {list(state[name].shape)}" for name in sorted(state)]
    return {"tensors": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def empty(build):
    with torch.device("meta"):
        return build()


def tower():
    """A small vision tower of open_clip: its normalized tokens."""
    model = OpenClipTower(image_size=64, patch_size=16, width=48, layers=2, heads=3, mlp_ratio=4, output_dim=24)
    named = torch.nn.Module()
    named.visual = model
    load(named).eval()
    seen = {}
    model.transformer.register_forward_hook(lambda _, __, output: seen.update({"blocks.1": output.clone()}))
    with torch.no_grad():
        model(images(2, 64))
        seen["norm"] = model.ln_post(seen["blocks.1"])
    return {key: sampled(value) for key, value in seen.items()}


def vision(state):
    return {name: value for name, value in state.items() if name.startswith("visual.") and name != "visual.proj"}


first = ("cls_token", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "blocks.5.mlp.fc2.weight", "head.weight")
figures = {
    "timm": timm.__version__,
    "open_clip": open_clip.__version__,
    "runs": [activations(network, size) for network, sizes in compared.items() for size in sizes],
    "names": {
        network: names(empty(lambda network=network: timm.create_model(network, num_classes=1000)).state_dict())
        for network in (*compared, *others)
    },
    "steps": {
        "vit_tiny_patch16_224": training_step("vit_tiny_patch16_224", (*first, "blocks.0.attn.qkv.bias", "blocks.11.norm1.weight")),
        "vit_small_patch16_dinov3": training_step("vit_small_patch16_dinov3", (*first, "reg_token", "blocks.2.gamma_1")),
    },
    "tower": tower(),
    "towers": {
        network: names(vision(empty(lambda model=model: open_clip.create_model(model, device="meta")).state_dict()))
        for network, model in towers.items()
    },
}
for run in figures["runs"]:
    print(run["network"], run["size"], {stage: value["largest"] for stage, value in run["activations"].items()})
(here / "vision-transformers.json").write_text(json.dumps(figures))
