import { type Dialect, pytorchDialect } from '../weights/dialect';

/** Layers are named as in torchvision, and timm and transformers have no AlexNet. */
export const alexNetDialects: readonly Dialect[] = [pytorchDialect('torchvision', layer => layer)];
