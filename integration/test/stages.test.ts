import '@shroom/backend-ort';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import { compareStages, runs } from '../../packages/models/test/stages';

beforeAll(async () => {
  await setBackend('ort');
});

describe('on ort, every stage agrees with torchvision or timm', () => {
  test.each(runs)('$network of $library at $size', run => compareStages(run, 1e-3));
});
