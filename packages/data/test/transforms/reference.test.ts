import { describe, expect, test } from 'vitest';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  augment,
  centerCrop,
  crop,
  normalize,
  randAugmentOperations,
  resize,
} from '../../src/index';
import { decode } from '../../src/node/index';
import { decoded, difference, figures, jpeg, picture } from '../figures';

const small = picture(16, 20);
type Size = [number, number];

test.each<{ size: Size; pixels: string }>(figures.jpeg)(
  'a photo decoded to $size differs from Pillow by less than 1 of 255 in the mean',
  async ({ size, pixels }) => {
    const { mean } = difference((await decode(jpeg, size)).data, decoded(pixels));
    expect(mean).toBeLessThan(1);
  },
);

test('normalization gives the numbers of PyTorch', () => {
  const pixels = {
    data: Uint8Array.from({ length: 768 }, (_, index) => index),
    height: 256,
    width: 1,
  };
  const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
  const result = new Float32Array(768);
  normalize(pixels, { channelOrder: 'RGB', scale: 1 / 255, ...imagenet }, result);
  expect(result).toEqual(new Float32Array(decoded(figures.normalized).buffer));
});

test.each<{ flipHorizontally: boolean; flipVertically: boolean; rotation: number; pixels: string }>(
  figures.views,
)('flips and a rotation of $rotation degrees give the bytes of torchvision', figure => {
  expect(augment(small, figure).data).toEqual(decoded(figure.pixels));
});

test.each<{ size: Size; pixels: string }>(figures.centerCrop)(
  'the center crop $size is that of torchvision',
  ({ size, pixels }) => {
    expect(centerCrop(small, size).data).toEqual(decoded(pixels));
  },
);

test.each<{ box: [number, number, number, number]; size: Size; pixels: string }>(figures.crop)(
  'the resized crop $box is that of torchvision',
  ({ box: [top, left, height, width], size, pixels }) => {
    const part = crop(small, { top, left, height, width });
    expect(resize(part, size).data).toEqual(decoded(pixels));
  },
);

describe('colors', () => {
  const adjust = {
    brightness: adjustBrightness,
    contrast: adjustContrast,
    saturation: adjustSaturation,
    hue: adjustHue,
  };
  test.each<{ name: keyof typeof adjust; amount: number; pixels: string }>(figures.color)(
    '$name $amount gives the bytes of torchvision',
    ({ name, amount, pixels }) => {
      expect(difference(adjust[name](small, amount).data, decoded(pixels)).most).toBe(0);
    },
  );
});

test.each<{ name: keyof typeof randAugmentOperations; magnitude: number; pixels: string }>(
  figures.randAugment,
)('RandAugment: $name of $magnitude gives the bytes of torchvision', figure => {
  const { apply } = randAugmentOperations[figure.name];
  expect(difference(apply(small, figure.magnitude).data, decoded(figure.pixels)).most).toBe(0);
});
