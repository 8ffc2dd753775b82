import type { MethodName } from '../explaining/methods';
import { pictureFormats } from './task';

const text = { type: 'string', minLength: 1, maxLength: 200 } as const;

/** Options in the address of `POST /predict`, as JSON schema. Fastify checks them, and the description of the API lists them. */
export const predictQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    views: {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      description:
        'Number of views of each photo whose probabilities are averaged. Default: as in the test of the run.',
    },
  },
} as const;

/** Methods that need one pass through the network, or a few. */
const quickMethods: readonly MethodName[] = [
  'gradCam',
  'gradCamPlusPlus',
  'gradCamElementWise',
  'hiResCam',
  'xGradCam',
  'layerCam',
  'eigenCam',
  'eigenGradCam',
  'fem',
];

/** Options in the address of `POST /explain`. */
export const explainQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    class: {
      ...text,
      description: 'The class that is explained. Default: the most probable one.',
    },
    against: {
      ...text,
      description:
        'A second class. The map then shows what speaks for the first rather than for it.',
    },
    tap: {
      ...text,
      description:
        'The stage or layer whose feature map is explained, such as layer3, or last-convolution. Default: the layer of the last feature map.',
    },
    method: {
      type: 'string',
      enum: quickMethods,
      description: 'The method of the heat map, by its name in @shroom/gradcam. Default: gradCam.',
    },
    format: {
      type: 'string',
      enum: ['json', ...Object.keys(pictureFormats)],
      description:
        'json: the answer and the numbers of the map. png, svg: a picture of one photo. Default: what the header Accept prefers.',
    },
    layout: {
      type: 'string',
      enum: ['overlay', 'panels', 'jet'],
      description:
        'The PNG: the map on the photo; photo, map and overlay side by side; the same in the colors of JET. Default: overlay.',
    },
  },
} as const;
