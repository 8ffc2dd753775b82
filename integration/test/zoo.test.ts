import '@shroom/backend-ort';
import { setBackend } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { behaves } from '../../packages/models/test/zoo-values';

test.each(['resnet101', 'resnet152', 'convnext_small', 'convnext_base', 'convnext_large'] as const)(
  '%s sees a batch as it sees its images one by one, saves and loads, and frees everything',
  async name => {
    await setBackend('ort');
    await behaves(name);
  },
);
