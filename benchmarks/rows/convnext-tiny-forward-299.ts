import type { Row } from '../runner/row';
import { forwardRow } from './forward';

export const convnextTinyForward: Row = {
  name: 'convnext-tiny-forward-299',
  measures: 'ConvNeXt-Tiny, frozen, 4 images of 299 pixels at a time',
  ...forwardRow('convnext_tiny', 4),
};
