import { type Dialect, pytorchDialect } from '../weights/dialect';

const isAuxiliary = (name: string) => name.startsWith('AuxLogits.');

/** Layers are named as in torchvision and timm, which name them alike; transformers has no Inception. */
export const inceptionDialects: readonly Dialect[] = [
  pytorchDialect('torchvision', layer => layer, { isUnused: isAuxiliary }),
];
