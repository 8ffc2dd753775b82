import type { Row } from '../runner/row';
import { heatMapRow } from './heat-maps';

export const scoreCamResnet50: Row = {
  name: 'scorecam-resnet50-299',
  measures:
    'Score-CAM of a ResNet50, one image of 299 pixels: the passes of 128 of its 2,048 channels, times 16',
  ...heatMapRow({ network: 'resnet50', method: 'scorecam', batch: 1, part: 128, all: 2048 }, 1.5),
  warmup: 1,
};
