import '@shroom/backend-ort';
import { setBackend } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { behaves, networksOf } from '../../packages/models/test/zoo-values';

await setBackend('ort');
// A residual network and a transformer. The others are those of the small ones with more blocks: with SHROOM_SLOW=1.
const usual = ['resnet101', 'vit_base_patch16_clip_quickgelu_224'];
const tried = networksOf('large').filter(name => process.env.SHROOM_SLOW || usual.includes(name));
test.each(tried)(
  '%s sees a batch as it sees its images one by one, saves and loads, and frees everything',
  behaves,
);
