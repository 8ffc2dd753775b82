import type { Row } from '../runner/row';
import { forwardRow } from './forward';
import { trainingRow } from './training-step';

const network = 'vit_small_patch14_reg4_dinov2';

export const vitSmallForward: Row = {
  name: 'vit-small-dinov2-forward-224',
  measures: 'ViT-S/14 (DINOv2, registers), frozen, 8 images of 224 pixels at a time',
  ...forwardRow(network, 8, { size: 224 }),
};

export const vitSmallForward518: Row = {
  name: 'vit-small-dinov2-forward-518',
  measures: 'ViT-S/14 (DINOv2, registers), frozen, 1 image of 518 pixels at a time',
  ...forwardRow(network, 1, { size: 518 }),
};

export const vitBaseForward: Row = {
  name: 'vit-base-forward-224',
  measures: 'ViT-B/16, frozen, 4 images of 224 pixels at a time',
  ...forwardRow('vit_base_patch16_224', 4, { size: 224 }),
};

export const vitSmallTrainStep: Row = {
  name: 'vit-small-train-step-224',
  measures: 'a step of Adam for a whole ViT-S/16, batch 8',
  ...trainingRow('vit_small_patch16_224', 1.15, { size: 224 }),
};
