import '@shroom/backend-ort';
import { setBackend } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { behaves, networksOf } from '../../packages/models/test/zoo-values';

await setBackend('ort');
test.each(networksOf('large'))(
  '%s sees a batch as it sees its images one by one, saves and loads, and frees everything',
  behaves,
);
