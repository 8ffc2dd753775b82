import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from '../../src/serving/in-order';

async function* upTo(count: number) {
  for (let i = 0; i < count; i++) yield i;
}

test('results are yielded in the order of the items, however long each takes', async () => {
  let [running, most] = [0, 0];
  const found: number[] = [];
  for await (const each of inOrder(upTo(50), undefined, async i => {
    most = Math.max(most, ++running);
    await wait((i * 7) % 5);
    running--;
    return i;
  }))
    found.push(each);
  expect(found).toEqual([...Array(50).keys()]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(16);
});

test('a failure is thrown in the order of its item, and nothing is left running', async () => {
  let running = 0;
  const found: number[] = [];
  const all = async () => {
    for await (const each of inOrder(upTo(20), undefined, async i => {
      running++;
      await wait(1);
      running--;
      if (i === 3) throw new Error('third');
      return i;
    }))
      found.push(each);
  };
  await expect(all()).rejects.toThrow('third');
  expect(found).toEqual([0, 1, 2]);
  expect(running).toBe(0);
});

test('an abort ends the wait for an item that never comes', async () => {
  const stop = new AbortController();
  let returned = false;
  const hanging: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => {
      let count = 0;
      return {
        next: () =>
          count++ === 0 ? Promise.resolve({ done: false, value: 0 }) : new Promise(() => {}),
        return: async () => {
          returned = true;
          return { done: true, value: undefined };
        },
      };
    },
  };
  const all = (async () => {
    for await (const _ of inOrder(hanging, stop.signal, async i => i));
  })();
  await wait(5);
  stop.abort(new Error('Enough.'));
  await expect(all).rejects.toThrow('Enough.');
  expect(returned).toBe(true);
});
