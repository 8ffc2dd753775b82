import type { Row } from '../runner/row';
import { forwardRow } from './forward';

export const convnextBaseForward: Row = {
  name: 'convnext-base-forward-299',
  measures: 'ConvNeXt-Base, frozen, 4 images of 299 pixels at a time',
  ...forwardRow('convnext_base', 4),
};
