import type { Row } from '../runner/row';
import { trainingRow } from './training-step';

export const convnextTinyTrainStep: Row = {
  name: 'convnext-tiny-train-step-299',
  measures: 'a step of Adam for a whole ConvNeXt-Tiny, batch 8',
  ...trainingRow('convnext_tiny', 1.15),
};
