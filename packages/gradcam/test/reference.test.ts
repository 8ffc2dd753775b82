import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  augmented,
  type ExplainOptions,
  type Explanation,
  eigenSmoothed,
  explain,
  finer,
  fullGrad,
  fuseMaps,
  gradCam,
  gradCamPlusPlus,
  type HeatMap,
  prepareModel,
  refineMaps,
  saliency,
} from '../src/index';
import { guidedBackprop } from '../src/unfaithful/index';
import { figures, methods, signless, size } from './figures';
import { images, network } from './formula';

for (const [kind, { logits, taps, fused, refined }] of Object.entries(figures.networks)) {
  describe(`with a network whose features are ${kind}, as pytorch-grad-cam:`, () => {
    const parts = Object.fromEntries(
      Object.keys(taps).map(tap => [tap, prepareModel(network(kind), { tap })]),
    );
    const run = async (tap: string, options: ExplainOptions) => {
      const photos = images();
      const result = await explain(parts[tap]!, photos, {
        classIndex: figures.classes,
        ...options,
      });
      photos.dispose();
      return result;
    };

    test('the logits', async () => {
      const result = await run(Object.keys(taps)[0]!, {});
      expectClose(
        result.flatMap(each => [...each.logits]),
        logits,
      );
    });

    test.each(
      Object.entries(taps).flatMap(([tap, rows]) =>
        Object.keys(methods).map(method => ({ tap, method, figure: rows[method]! })),
      ),
    )('$method at $tap', async ({ tap, method, figure }) => {
      const before = memory().numTensors;
      const result = await run(tap, methods[method]!);
      expect(memory().numTensors).toBe(before);
      expectAgree(result, figure, signless.has(method));
    });

    test.each(Object.keys(taps))('Finer-CAM of the predicted class at %s', async tap => {
      const result = await run(tap, { classIndex: undefined, target: finer() });
      expectAgree(result, taps[tap]!.finer!, false);
    });

    test.each(Object.keys(taps))('smoothing by augmentation at %s', async tap => {
      const result = await run(tap, { method: augmented(gradCam()) });
      expectClose(
        result.flatMap(({ signed }) => [...signed.values]),
        taps[tap]!.augmented!.final,
      );
    });

    test.each(Object.keys(taps))('eigen smoothing at %s, up to its sign', async tap => {
      const result = await run(tap, { method: eigenSmoothed(gradCam()) });
      const { final } = taps[tap]!.eigenSmoothed!;
      result.forEach(({ signed }, image) => {
        const expected = final.slice(image * 80, image * 80 + 80);
        const turned = { ...signed, values: signed.values.map(value => -value) };
        const away = [signed, turned].map(map => {
          const { values } = fuseMaps([map], size);
          return Math.max(...values.map((value, i) => Math.abs(value - expected[i]!)));
        });
        expect(Math.min(...away)).toBeLessThan(1e-4);
      });
    });

    test('FullGrad', async () => {
      const model = network(kind);
      const photos = images();
      const before = memory().numTensors;
      const result = await explain(prepareModel(model, { tap: model.inputNames[0]! }), photos, {
        classIndex: figures.classes,
        method: fullGrad(),
      });
      expect(memory().numTensors).toBe(before);
      expectClose(
        flat(result.map(({ map }) => fuseMaps([map], size))),
        figures.networks[kind]!.fullGrad,
      );
    });

    test('guided backpropagation, and true gradients afterwards', async () => {
      const model = network(kind);
      const photos = images();
      const parts = prepareModel(model, { tap: model.inputNames[0]! });
      const options = { classIndex: figures.classes };
      const plain = await explain(parts, photos, { ...options, method: saliency() });
      const before = memory().numTensors;
      const result = await explain(parts, photos, { ...options, method: guidedBackprop() });
      expect(memory().numTensors).toBe(before);
      expectClose(
        result.flatMap(({ map }) => [...map.values]),
        figures.networks[kind]!.guidedBackprop,
      );
      expect(await explain(parts, photos, { ...options, method: saliency() })).toEqual(plain);
      expect(plain[0]!.map).not.toEqual(result[0]!.map);
    });

    test('Grad-CAM of two taps as one map', async () => {
      const each = await Promise.all(Object.keys(taps).map(tap => run(tap, {})));
      const maps = [0, 1].map(image => each.map(result => result[image]!.map));
      expectClose(flat(maps.map(one => fuseMaps(one, size))), fused);
    });

    test('Refine-CAM', async () => {
      const method = gradCamPlusPlus({ variant: 'pgc' });
      const each = await Promise.all(Object.keys(taps).map(tap => run(tap, { method })));
      const maps = [0, 1].map(image => each.map(result => result[image]!.map));
      expectClose(flat(maps.map(one => refineMaps(one, size))), refined);
    });
  });
}

function expectAgree(
  result: readonly Explanation[],
  figure: { raw: number[]; final: number[] },
  signless: boolean,
): void {
  const places = figure.raw.length / 2;
  result.forEach(({ signed }, image) => {
    const raw = figure.raw.slice(image * places, (image + 1) * places);
    const product = raw.reduce((total, value, i) => total + value * signed.values[i]!, 0);
    const sign = signless && product < 0 ? -1 : 1;
    const turned = { ...signed, values: signed.values.map(value => sign * value) };
    // Relative to the map's own size where that is above 1.
    const scale = Math.max(1, ...raw.map(Math.abs));
    expectClose(
      turned.values.map(value => value / scale),
      raw.map(value => value / scale),
    );
    expectClose(fuseMaps([turned], size).values, figure.final.slice(image * 80, image * 80 + 80));
  });
}

const flat = (maps: readonly HeatMap[]): number[] => maps.flatMap(map => [...map.values]);

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++)
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThan(1e-4);
}
