import type { ClassifierFile } from '../../src/file/schema';

export const sha256 = 'a'.repeat(64);
/** What the file of a small classifier says. */
export const file: ClassifierFile = {
  format: 'shroom-classifier',
  version: 1,
  title: 'photos of cats and dogs',
  classes: ['cat', 'dog'],
  extractors: [
    {
      architecture: 'resnet18',
      weights: { source: '/weights/resnet18.safetensors', sha256, license: 'MIT' },
      precision: 'float32',
      preprocessing: {
        size: [64, 64],
        channelOrder: 'RGB',
        scale: 1 / 255,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        resize: 'crop',
        cropFraction: 0.875,
        interpolation: 'bilinear',
      },
      pooling: 'average',
      taps: [],
      width: 512,
    },
  ],
  head: { name: 'mlp', path: 'checkpoints/best.safetensors', sha256 },
  augment: 'flips',
  views: 1,
  certainty: [{ views: 1, temperature: 1.2, threshold: 0.3, coverage: 0.9 }],
  novelty: {
    path: 'novelty.safetensors',
    sha256,
    neighbors: 10,
    threshold: 0.7,
    falseAlarms: 0.05,
  },
  trainedOn: { name: 'photos', kind: 'photographs', photos: 20, perClass: [12, 8] },
  licenses: [{ of: 'resnet18', license: 'MIT' }],
};
