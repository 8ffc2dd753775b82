import '@tensorflow/tfjs-backend-cpu';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Batcher } from '../../src/serving/batcher';
import { formulaClassifier } from '../exports/formula-network';

type Network = Awaited<ReturnType<typeof formulaClassifier>>['network'];
let network: Network;
let image: Float32Array;
beforeAll(async () => {
  ({ network } = await formulaClassifier('mobilenet_v2', 32));
  const [height, width] = network.extractors[0]!.backbone.preprocessing.size;
  image = Float32Array.from({ length: height * width * 3 }, (_, place) => Math.sin(place));
});
afterAll(() => network.extractors[0]!.dispose());

/** A batcher, and the sizes of its batches. */
function counted() {
  const sizes: number[] = [];
  return { sizes, batcher: new Batcher(network, images => sizes.push(images)) };
}

test('photos that are read one after the other are computed in full batches', async () => {
  const { sizes, batcher } = counted();
  const rows = Array.from({ length: 10 }, async (_, place) => {
    const arrived = batcher.expect();
    await wait(5 * place);
    arrived();
    return batcher.run([image], true);
  });
  const [first, ...others] = await Promise.all(rows);
  expect(sizes).toEqual([8, 2]);
  for (const { logits } of others) expect(logits).toEqual(first!.logits);
});

test('a photo that cannot be read is not waited for', async () => {
  const { sizes, batcher } = counted();
  const [unread, read] = [batcher.expect(), batcher.expect()];
  read();
  const row = batcher.run([image], true);
  await wait(20);
  expect(sizes).toEqual([]);
  unread();
  await row;
  expect(sizes).toEqual([1]);
});

test('a photo that was not announced waits for none, and takes those with it that wait', async () => {
  const { sizes, batcher } = counted();
  const [slow, read] = [batcher.expect(), batcher.expect()];
  read();
  const patient = batcher.run([image], true);
  await wait(20);
  await batcher.run([image], false);
  await patient;
  expect(sizes).toEqual([2]);
  slow();
});
