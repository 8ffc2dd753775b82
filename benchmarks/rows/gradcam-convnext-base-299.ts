import type { Row } from '../runner/row';
import { heatMapRow } from './heat-maps';

export const gradCamConvnextBase: Row = {
  name: 'gradcam-convnext-base-299',
  measures: 'Grad-CAM of a ConvNeXt-Base, forward pass included, 4 images of 299 pixels at a time',
  ...heatMapRow({ network: 'convnext_base', method: 'gradcam', batch: 4 }, 3),
  rounds: 5,
};
