"""Imports pytorch-grad-cam from the folder given as a script's first argument, and lists its methods under this
project's names."""

import sys
import types

import tqdm


class Variant:
    """Replaces one of ttach's transforms: mirrors the image or not, and multiplies it by a factor."""

    def __init__(self, mirrored, factor):
        self.mirrored, self.factor = mirrored, factor

    def augment_image(self, images):
        return (images.flip(3) if self.mirrored else images) * self.factor

    def deaugment_mask(self, masks):
        return masks.flip(3) if self.mirrored else masks


# The library's base class imports the package ttach, which Debian does not have.
ttach = types.ModuleType("ttach")
ttach.HorizontalFlip = lambda: [False, True]
ttach.Multiply = lambda factors: factors
ttach.Compose = lambda parts: [Variant(mirrored, factor) for mirrored in parts[0] for factor in parts[1]]
sys.modules["ttach"] = ttach
tqdm.tqdm = lambda iterable: iterable
sys.path.insert(0, sys.argv[1])

import pytorch_grad_cam as pgc  # noqa: E402

methods = {
    "gradCam": pgc.GradCAM,
    "hiResCam": pgc.HiResCAM,
    "gradCamElementWise": pgc.GradCAMElementWise,
    "layerCam": pgc.LayerCAM,
    "gradCamPlusPlus": pgc.GradCAMPlusPlus,
    "xGradCam": pgc.XGradCAM,
    "eigenCam": pgc.EigenCAM,
    "eigenGradCam": pgc.EigenGradCAM,
    "segEigenCam": pgc.SegEigenCAM,
    "kpcaCam": pgc.KPCA_CAM,
    "fem": pgc.FEM,
    "scoreCam": pgc.ScoreCAM,
    "ablationCam": pgc.AblationCAM,
}
