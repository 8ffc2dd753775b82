import type { Row } from '../runner/row';
import { forwardRow } from './forward';

const network = 'vit_small_patch14_reg4_dinov2';

export const vitSmallForward: Row = {
  name: 'vit-small-dinov2-forward-224',
  measures: 'ViT-S/14 (DINOv2, registers), frozen, 8 images of 224 pixels at a time',
  ...forwardRow(network, 8, { size: 224, ofExported: 1.05 }),
  onlyByName: true,
};

export const vitSmallForward518: Row = {
  name: 'vit-small-dinov2-forward-518',
  measures: 'ViT-S/14 (DINOv2, registers), frozen, 1 image of 518 pixels at a time',
  ...forwardRow(network, 1, { size: 518, ofExported: 1.05 }),
  onlyByName: true,
};
