/** Architectures whose exports timm has opened, and the side of their images in pixels. */
export const timmCases = [
  ['resnet18', 64],
  ['resnet50', 64],
  ['convnext_tiny', 64],
  ['inception_v3', 96],
  ['efficientnet_lite0', 64],
  ['efficientnet_lite1', 75],
  ['mobilenet_v2', 64],
  ['vit_tiny_patch16_224', 64],
  ['vit_small_patch14_reg4_dinov2', 70],
  ['vit_small_patch16_dinov3', 64],
] as const;
