"""Writes reference maps of small vision transformers for @shroom/gradcam, from pytorch-grad-cam and timm.

Run with `python tools/reference/token_cams.py <folder>`, where <folder> holds `pytorch_grad_cam/` (with the package
grad-cam from PyPI: its site-packages). It writes packages/gradcam/test/reference/tokens.json, which the tests read.
The library's own example drops one token; here all tokens before the patches are dropped.
"""

import json
import pathlib
from functools import partial

import timm
import torch
from formula import formula
from networks import load
from pytorch_cams import methods, pgc
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from timm.models.eva import Eva
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn

here = pathlib.Path(__file__).resolve().parents[2] / "packages/gradcam/test/reference"
torch.set_num_threads(1)
height, width, classes, chosen = 48, 64, 5, [1, 3]
small = {"patch_size": 16, "num_classes": classes, "embed_dim": 24, "depth": 3, "num_heads": 3}
count = 2 * height * width * 3
images = torch.tensor(formula(count, 1, 4).reshape(2, height, width, 3), dtype=torch.float32).permute(0, 3, 1, 2).contiguous()
left_out = ("ablationCam", "segEigenCam")


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
    finer = pgc.FinerCAM(model, [layer], reshape_transform=as_map)
    rows["finer"] = record(finer, None, finer.base_cam)
    with torch.no_grad():
        logits = numbers(model(images))
    return {"logits": logits, "maps": rows}


figures = {"classes": chosen, "timm": timm.__version__, "networks": {}}
for build in (class_token, registers, rotary):
    figures["networks"][build.__name__] = maps(*build())
    print(build.__name__, figures["networks"][build.__name__]["logits"][:5])
(here / "tokens.json").write_text(json.dumps(figures))
