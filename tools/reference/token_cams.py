"""Writes reference maps of small vision transformers for @shroom/gradcam, from pytorch-grad-cam and timm.

Run with `python tools/reference/token_cams.py <folder>`, where <folder> holds `pytorch_grad_cam/` (with the package
grad-cam from PyPI: its site-packages). It writes packages/gradcam/test/reference/tokens.json, which the tests read.
The library's own example drops one token; here all tokens before the patches are dropped. The methods that read attention are
written out here, as their papers define them.
"""

import json
import pathlib
from functools import partial

import timm
import torch
from formula import formula
from networks import load
from pytorch_cams import methods, pgc
from pytorch_grad_cam.ablation_layer import AblationLayerVit
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from timm.models.eva import Eva
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn

here = pathlib.Path(__file__).resolve().parents[2] / "packages/gradcam/test/reference"
torch.set_num_threads(1)
timm.layers.set_fused_attn(False)
height, width, classes, chosen = 48, 64, 5, [1, 3]
small = {"patch_size": 16, "num_classes": classes, "embed_dim": 24, "depth": 3, "num_heads": 3}
count = 2 * height * width * 3
images = torch.tensor(formula(count, 1, 4).reshape(2, height, width, 3), dtype=torch.float32).permute(0, 3, 1, 2).contiguous()
left_out = ("ablationCam", "segEigenCam")


class WithoutPatches(AblationLayerVit):
    """Sets a channel of all patches to 0, as the paper does. The library's own layer sets it to -1e7 in every token, and nothing is left of float32."""

    def __init__(self, prefix):
        super().__init__()
        self.prefix = prefix

    def __call__(self, _):
        for row, channel in zip(self.activations, self.indices):
            row[self.prefix :, channel] = 0
        return self.activations


def class_token():
    """Positions were learned on a square of 4 x 4 patches."""
    whole = load(VisionTransformer(img_size=64, **small))
    model = VisionTransformer(img_size=(height, width), **small)
    model.load_state_dict(checkpoint_filter_fn(whole.state_dict(), model))
    return model.eval(), 1


def registers():
    more = {"reg_tokens": 4, "no_embed_class": True, "init_values": 1.0}
    whole = load(VisionTransformer(img_size=64, **small, **more))
    model = VisionTransformer(img_size=(height, width), **small, **more)
    model.load_state_dict(checkpoint_filter_fn(whole.state_dict(), model))
    return model.eval(), 5


def rotary():
    """As DINOv3 in timm, whose classifier reads the mean of the patches."""
    model = Eva(
        img_size=(height, width), **small, qkv_bias=False, init_values=1.0, use_rot_pos_emb=True, use_abs_pos_emb=False,
        num_reg_tokens=4, rope_type="dinov3", rope_temperature=100, rope_rotate_half=True, use_fc_norm=False,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-5), dynamic_img_size=False,
    )  # fmt: skip
    return load(model).eval(), 5


def numbers(array):
    return [float(f"{value:.7g}") for value in array.flatten().tolist()]


def record(cam, targets, base=None):
    """Returns the map before clipping and scaling."""
    base, raw = base or cam, []
    get = base.get_cam_image

    def spy(*args, **kwargs):
        raw.append(get(*args, **kwargs))
        return raw[-1]

    base.get_cam_image = spy
    cam(input_tensor=images.clone(), targets=targets)
    return numbers(raw[0])


class Attention:
    """The attention weights, queries, keys, values and mixed values of each block, with gradients."""

    def __init__(self, model):
        self.weights, self.mixed, self.parts, self.ends = [], [], [], []
        self.hooks = []
        for block in model.blocks:
            attention = block.attn
            self.hooks += [
                attention.attn_drop.register_forward_hook(lambda _, __, output: self.weights.append(output)),
                attention.proj.register_forward_pre_hook(lambda _, inputs: self.mixed.append(inputs[0])),
                block.register_forward_hook(lambda _, __, output: self.ends.append(output)),
            ]

    def close(self):
        for hook in self.hooks:
            hook.remove()


def queries_and_keys(model):
    """Keeps what each block multiplies to attention weights: queries, scaled or not, and transposed keys."""
    kept, product = [], torch.Tensor.__matmul__

    def spy(one, other):
        if one.dim() == 4 and one.shape[-1] * model.blocks[0].attn.num_heads == small["embed_dim"]:
            kept.append((one.detach(), other.detach().transpose(-2, -1)))
        return product(one, other)

    torch.Tensor.__matmul__ = spy
    with torch.no_grad():
        model(images)
    torch.Tensor.__matmul__ = product
    return kept


def read(relevance, pool, prefix):
    """What the tokens that the classifier reads have of each patch."""
    rows = relevance[:, :1] if pool == "token" else relevance[:, prefix:].mean(1, keepdim=True)
    return rows[:, 0, prefix:]


def attention_maps(model, prefix):
    """Rollout, generic attention, LeGrad and Grad-ECLIP, written out."""
    pool = model.global_pool
    seen = Attention(model)
    logits = model(images)
    chosen_logits = logits[range(2), chosen]
    identity = torch.eye(seen.weights[0].shape[-1])
    gradients = torch.autograd.grad(chosen_logits.sum(), [*seen.weights, *seen.mixed], retain_graph=True, materialize_grads=True)
    of_weights, of_mixed = gradients[: len(seen.weights)], gradients[len(seen.weights) :]
    rollout, generic = identity.expand(2, -1, -1), identity.expand(2, -1, -1)
    legrad = 0
    for weights, gradient, end in zip(seen.weights, of_weights, seen.ends):
        mixed = weights.mean(1) + identity
        rollout = mixed / mixed.sum(-1, keepdim=True) @ rollout
        generic = generic + (gradient * weights).clamp(min=0).mean(1) @ generic
        own = model.forward_head(model.norm(end))[range(2), chosen].sum()
        (slope,) = torch.autograd.grad(own, weights, retain_graph=True)
        legrad = legrad + slope.clamp(min=0).mean((1, 2))[:, prefix:]
    found = {"rollout": read(rollout, pool, prefix), "genericAttention": read(generic - identity, pool, prefix), "leGrad": legrad}
    seen.close()
    if pool == "token":
        block = model.blocks[-1]
        queries, keys = queries_and_keys(model)[-1]
        joined = lambda heads: heads.transpose(1, 2).flatten(2)  # noqa: E731
        similar = torch.cosine_similarity(joined(queries)[:, :1], joined(keys)[:, prefix:], dim=-1)
        low, high = similar.min(1, keepdim=True).values, similar.max(1, keepdim=True).values
        tokens = block.norm1(seen.ends[-2])
        values = block.attn.qkv(tokens)[..., 2 * small["embed_dim"] :][:, prefix:]
        weighed = (of_mixed[-1][:, :1] * values).sum(-1) * (similar - low) / (high - low)
        found["gradEclip"] = weighed.clamp(min=0)
    return {method: numbers(map.detach()) for method, map in found.items()}


def maps(model, prefix):
    def as_map(tokens):
        patches = tokens[:, prefix:, :].reshape(tokens.size(0), height // 16, width // 16, tokens.size(2))
        return patches.permute(0, 3, 1, 2)

    layer = model.blocks[-1].norm1
    targets = [ClassifierOutputTarget(each) for each in chosen]
    rows = {
        method: record(make(model, [layer], reshape_transform=as_map), targets)
        for method, make in methods.items()
        if method not in left_out
    }
    ablation = pgc.AblationCAM(model, [layer], reshape_transform=as_map, ablation_layer=WithoutPatches(prefix))
    rows["ablationCam"] = record(ablation, targets)
    finer = pgc.FinerCAM(model, [layer], reshape_transform=as_map)
    rows["finer"] = record(finer, None, finer.base_cam)
    with torch.no_grad():
        logits = numbers(model(images))
    return {"logits": logits, "maps": rows, "attention": attention_maps(model, prefix)}


figures = {"classes": chosen, "timm": timm.__version__, "networks": {}}
for build in (class_token, registers, rotary):
    figures["networks"][build.__name__] = maps(*build())
    print(build.__name__, figures["networks"][build.__name__]["logits"][:5])
(here / "tokens.json").write_text(json.dumps(figures))
