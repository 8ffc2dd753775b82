import '@shroom/backend-ort';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import { compareStages, runs } from '../../packages/models/test/stages';

beforeAll(async () => {
  await setBackend('ort');
});

describe('on ort, every stage agrees with torchvision', () => {
  test.each(runs)('$network at $size', run => compareStages(run, 1e-3));
});
