import type { Row } from '../runner/row';
import { trainingRow } from './training-step';

/** A step as in fine-tuning, where the statistics of batch norm are frozen. */
export const resnet50FrozenNorm: Row = {
  name: 'resnet50-frozen-norm-step-299',
  measures: 'a step of Adam for a whole ResNet50 with frozen batch norm, batch 8',
  ...trainingRow('resnet50', 1, { mode: 'step-frozen-norm' }),
};

export const resnet50LastStage: Row = {
  name: 'resnet50-last-stage-step-299',
  measures: "a step of Adam for ResNet50's last stage, the others frozen, batch 8",
  ...trainingRow('resnet50', 1, { mode: 'step-last-stage' }),
};
