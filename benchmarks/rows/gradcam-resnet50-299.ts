import type { Row } from '../runner/row';
import { heatMapRow } from './heat-maps';

export const gradCamResnet50: Row = {
  name: 'gradcam-resnet50-299',
  measures: 'Grad-CAM of a ResNet50, forward pass included, 4 images of 299 pixels at a time',
  ...heatMapRow({ network: 'resnet50', method: 'gradcam', batch: 4 }, 3),
};
