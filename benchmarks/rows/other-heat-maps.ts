import type { Row } from '../runner/row';
import { heatMapRow } from './heat-maps';

export const layerCamResnet50: Row = {
  name: 'layercam-resnet50-299',
  measures: 'LayerCAM of a ResNet50 a stage before the last one, 4 images of 299 pixels at a time',
  ...heatMapRow({ network: 'resnet50', method: 'layercam', batch: 4 }, 1.5),
};

export const integratedGradientsResnet50: Row = {
  name: 'integrated-gradients-resnet50-299',
  measures: 'integrated gradients of the pixels for a ResNet50, 32 steps, one image of 299 pixels',
  ...heatMapRow({ network: 'resnet50', method: 'integrated-gradients', batch: 1, part: 32 }, 1),
  warmup: 1,
};
