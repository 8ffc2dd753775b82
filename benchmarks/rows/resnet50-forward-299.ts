import type { Row } from '../runner/row';
import { forwardRow } from './forward';

export const resnet50Forward: Row = {
  name: 'resnet50-forward-299',
  measures: 'ResNet50 without its classifier, frozen, 8 images of 299 pixels at a time',
  ...forwardRow('resnet50', 8),
};
