/** Architectures whose exports timm has opened, and the side of their images in pixels. */
export const timmCases = [
  ['resnet18', 64],
  ['resnet50', 64],
  ['convnext_tiny', 64],
  ['inception_v3', 96],
  ['efficientnet_lite0', 64],
  ['efficientnet_lite1', 75],
  ['mobilenet_v2', 64],
] as const;
