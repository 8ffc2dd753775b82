import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { explain, prepareModel, resizeMap } from '../src/index';
import { guidedBackprop, guidedGradCam } from '../src/unfaithful/index';
import { images, network } from './formula';

test('guided Grad-CAM is guided backpropagation times Grad-CAM', async () => {
  const model = network('flat');
  const atImages = prepareModel(model, { tap: model.inputNames[0]! });
  const atConvolution = prepareModel(model, { tap: 'conv2' });
  const photos = images();
  const options = { classIndex: 1 };
  const [fine] = await explain(atImages, photos, { ...options, method: guidedBackprop() });
  const [coarse] = await explain(atConvolution, photos, options);
  const before = memory().numTensors;
  const [both] = await explain(atImages, photos, {
    ...options,
    method: guidedGradCam(atConvolution),
  });
  expect(memory().numTensors).toBe(before);
  const full = resizeMap(coarse!.map, [10, 8]).values;
  both!.map.values.forEach((value, place) => {
    expect(value).toBeCloseTo(fine!.map.values[place]! * full[place]!, 4);
  });
});
