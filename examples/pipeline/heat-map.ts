import type { Pixels } from '@shroom/data';
import {
  gradCam,
  type HeatMap,
  type Method,
  type PreparedModel,
  prepareModel,
} from '@shroom/gradcam';
import { jetPanels, lastConvolution, meanGradCam } from '@shroom/gradcam/pictures';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { panels } from './pictures';

export const mapNames = ['gradcam', 'last-convolution'] as const;
export type MapName = (typeof mapNames)[number];

/** One way to make heat maps of a model, and to draw them. */
export interface Mapping {
  readonly parts: PreparedModel;
  readonly method: Method;
  /** Photo, heat map and both on top of each other. */
  draw(photo: Pixels, map: HeatMap): Pixels;
}

const mappings: Readonly<Record<MapName, (model: LayersModel) => Mapping>> = {
  gradcam: model => ({
    parts: prepareModel(model, { link: 'softmax' }),
    method: gradCam(),
    draw: panels,
  }),
  'last-convolution': model => ({
    parts: prepareModel(model, { tap: lastConvolution(model), link: 'softmax' }),
    method: meanGradCam(),
    draw: jetPanels,
  }),
};

export const mappingOf = (model: LayersModel, name: MapName): Mapping => mappings[name](model);

/** What a reader of the pictures has to know. */
export const mapNotes: Readonly<Record<MapName, string>> = {
  gradcam:
    'Grad-CAM of the last feature map for the class that was predicted: bright places raised its score.',
  'last-convolution':
    'Grad-CAM of the last convolution, before its batch norm, for the class that was predicted, in the colors of JET, 0.3 of ' +
    'them on 0.7 of the photo: red places raised its score most.',
};
