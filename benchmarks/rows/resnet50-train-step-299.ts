import type { Row } from '../runner/row';
import { trainingRow } from './training-step';

export const resnet50TrainStep: Row = {
  name: 'resnet50-train-step-299',
  measures: 'a step of Adam for a whole ResNet50 with batch norm in training mode, batch 8',
  ...trainingRow('resnet50', 1),
};
