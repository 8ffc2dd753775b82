import { type Dialect, pytorchDialect } from '../weights/dialect';

const isAuxiliary = (name: string) => name.startsWith('AuxLogits.');

/** The layer names are those of torchvision and timm, which are the same. transformers has no Inception. */
export const inceptionDialects: readonly Dialect[] = [
  /* @__PURE__ */ pytorchDialect('torchvision', layer => layer, { isUnused: isAuxiliary }),
];
