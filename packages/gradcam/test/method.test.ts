import '@tensorflow/tfjs-backend-cpu';
import { readdir } from 'node:fs/promises';
import { memory, mul, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as gradcam from '../src/index';
import { compare } from '../src/metrics/index';
import { meanGradCam } from '../src/pictures/index';
import { guidedBackprop, guidedGradCam } from '../src/unfaithful/index';
import { images, network } from './formula';
import { attentionMethods, methodTable, outerMethods } from './method-table';

const {
  augmented,
  customMethod,
  eigenSmoothed,
  explain,
  gradCam,
  MethodError,
  smoothed,
  prepareModel,
} = gradcam;
const functions: Record<string, () => gradcam.Method> = {
  ...methodTable,
  ...attentionMethods,
  guidedBackprop,
  meanGradCam,
};
const given = (method: unknown) =>
  explain(prepareModel(network('flat'), { tap: 'conv2' }), images(), {
    method: method as gradcam.Method,
  });

test('the table lists every method of src/methods', async () => {
  const folder = new URL('../src/methods/', import.meta.url);
  const listed = new Set<unknown>(
    [methodTable, attentionMethods, outerMethods].flatMap(Object.keys),
  );
  const exported = new Set(Object.keys(gradcam));
  const unlisted: string[] = [];
  for (const file of await readdir(folder)) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      const isMethod = exported.has(name) && typeof value === 'function' && !listed.has(name);
      if (isMethod && !notMethods.includes(name)) unlisted.push(`${file}: ${name}`);
    }
  }
  expect(unlisted).toEqual([]);
});

/** What else files of methods export to users. */
const notMethods = ['customMethod', 'factorize', 'MethodError', 'NotLinearError'];

test.each(Object.entries(functions))(
  '%s is called, and says so when it is not',
  async (name, method) => {
    const { needsGradient, map } = method();
    expect([typeof needsGradient, typeof map]).toEqual(['boolean', 'function']);
    await expect(given(method)).rejects.toThrow(MethodError);
    await expect(given(method)).rejects.toThrow(
      `the function '${name}' came instead. Call it: ${name}()`,
    );
  },
);

describe('a value that is not a method is refused before the model runs', () => {
  test.each([
    ['a name', 'gradCam', /the text 'gradCam' came/],
    ['null', null, /null came/],
    ['a number', 3, /3 came/],
    ['a promise', Promise.resolve(gradCam()), /a promise came/],
    ['an array', [gradCam()], /an object with 0 came/],
    ['an object', { name: 'gradCam' }, /an object with name came/],
    ['a function without a name', (() => () => {})(), /customMethod/],
  ])('%s', async (_, method, message) => {
    const before = memory().numTensors;
    const parts = prepareModel(network('flat'), { tap: 'conv2' });
    const photos = images();
    const after = memory().numTensors;
    await expect(explain(parts, photos, { method: method as never })).rejects.toThrow(message);
    expect(memory().numTensors).toBe(after);
    expect(after).toBeGreaterThan(before);
  });

  test('as part of another method, and beside others', async () => {
    const uncalled = gradCam as unknown as gradcam.Method;
    const parts = prepareModel(network('flat'), { tap: 'conv2' });
    for (const outer of [augmented, eigenSmoothed, smoothed])
      expect(() => outer(uncalled)).toThrow(`${outer.name}'s method should be`);
    expect(() => guidedGradCam(parts, uncalled)).toThrow(MethodError);
    await expect(compare(parts, images(), { mine: uncalled })).rejects.toThrow(/The method 'mine'/);
    const at = { mine: { parts, method: uncalled } };
    await expect(compare(parts, images(), at)).rejects.toThrow(/The method 'mine'/);
  });

  test('options that a method does not have', () => {
    const wrong = 'torch-cam' as 'torchcam';
    expect(() => gradcam.gradCamPlusPlus({ variant: wrong })).toThrow(
      /one of 'paper', 'pgc', 'torchcam'/,
    );
    expect(() => gradcam.ablationCam({ ablate: 'none' as 'zero' })).toThrow(
      /'zero', 'mean', 'pgc'/,
    );
    expect(() => gradcam.rise({ masks: 0 })).toThrow(
      /masks should be a whole number, 1 or more; it is 0/,
    );
    expect(() => smoothed(gradCam(), { samples: 0.5 })).toThrow(RangeError);
  });
});

test('a function of features and gradient is a method', async () => {
  const own = customMethod((features, gradient) => sum(mul(features, gradient), 3));
  expect(await given(own)).toEqual(await given(gradcam.hiResCam()));
});

test('a map of another shape than [N, h, w] is refused', async () => {
  const whole = customMethod(features => features as Tensor as never);
  await expect(given(whole)).rejects.toThrow(/\[2, h, w\].*\[2, 5, 4, 8\]/);
  const one = {
    needsGradient: false,
    map: async ({ features }: { features: Tensor4D }) => sum(features) as never,
  };
  await expect(given(one)).rejects.toThrow(MethodError);
});
