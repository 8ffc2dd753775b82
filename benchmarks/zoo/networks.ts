/** A network whose figures are on the page of networks. */
export interface ListedNetwork {
  readonly network: string;
  /** Side of the images that are timed, in pixels. */
  readonly size: number;
  /** The same network in Python: its library and its name there. */
  readonly peer: readonly [library: 'torchvision' | 'timm', name: string];
  /** The committed figures: a file of packages/models/test/reference, the library that computed them, and the side of its images. */
  readonly reference: {
    readonly file: string;
    readonly library: 'torchvision' | 'timm';
    readonly size: number;
  };
}

const ofTorchvision = (network: string, size = 224): ListedNetwork => ({
  ...{ network, size, peer: ['torchvision', network] },
  reference: { file: 'activations.json', library: 'torchvision', size },
});

const lite = (variant: number, size: number): ListedNetwork => ({
  network: `efficientnet_lite${variant}`,
  size,
  peer: ['timm', `tf_efficientnet_lite${variant}`],
  reference: { file: 'inverted-residuals.json', library: 'timm', size },
});

/** @param size Side of the images of the committed figures. */
const transformer = (network: string, size: number): ListedNetwork => ({
  ...{ network, size: 224, peer: ['timm', network] },
  reference: { file: 'vision-transformers.json', library: 'timm', size },
});

/** In the order of the page. */
export const listedNetworks: readonly ListedNetwork[] = [
  ofTorchvision('resnet18'),
  ofTorchvision('resnet50'),
  ofTorchvision('convnext_tiny'),
  {
    ...ofTorchvision('convnext_base'),
    reference: { file: 'large-networks.json', library: 'timm', size: 64 },
  },
  ofTorchvision('inception_v3', 299),
  ofTorchvision('alexnet'),
  lite(0, 224),
  lite(1, 240),
  lite(2, 260),
  {
    ...ofTorchvision('mobilenet_v2'),
    reference: { file: 'inverted-residuals.json', library: 'timm', size: 224 },
  },
  transformer('vit_tiny_patch16_224', 224),
  transformer('vit_small_patch14_reg4_dinov2', 224),
  transformer('vit_small_patch16_dinov3', 224),
  transformer('vit_base_patch16_clip_quickgelu_224', 64),
  transformer('vit_base_patch16_siglip_224', 64),
];
