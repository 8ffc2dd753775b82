import { type Dialect, pytorchDialect } from '../weights/dialect';

/** The layer names are those of torchvision. timm and transformers have no AlexNet. */
export const alexNetDialects: readonly Dialect[] = [
  /* @__PURE__ */ pytorchDialect('torchvision', layer => layer),
];
