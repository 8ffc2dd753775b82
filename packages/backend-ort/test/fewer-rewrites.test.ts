import { expect, test } from 'vitest';
import { Executor } from '../src/executor';
import { type GraphNode, leaf } from '../src/graph/node';
import { elementwise, scalar } from '../src/operators/elementwise';
import { loadNativeRuntime } from '../src/runtime/native';
import type { Rewrites, Runtime, Session } from '../src/runtime/runtime';

const options = { sessionCacheSize: 4, compileWeights: true, bufferPoolBytes: 1e6 };

/** The native runtime, except that models fail as long as they are rewritten so. */
async function runtimeThatFails(
  rewritten: readonly Rewrites[],
  when: 'compiling' | 'running',
): Promise<{ runtime: Runtime; tried: (Rewrites | undefined)[] }> {
  const native = await loadNativeRuntime({ threads: 1, executionProviders: ['cpu'] });
  const tried: (Rewrites | undefined)[] = [];
  const createSync: Runtime['createSync'] = (model, rewrites) => {
    tried.push(rewrites);
    const fails = rewritten.includes(rewrites!);
    if (fails && when === 'compiling') throw new Error('Invalid model.');
    const session = native.createSync!(model, rewrites);
    if (!fails) return session;
    const runSync = () => {
      throw new Error('Wrong shape.');
    };
    return { runSync, run: async () => runSync(), release: () => session.release() } as Session;
  };
  return {
    runtime: { ...native, createSync, create: async (...given) => createSync(...given) },
    tried,
  };
}

function sum(): GraphNode {
  const node = elementwise('Add', [leaf(Float32Array.of(1, 2), [2], 'float32'), scalar(1)]);
  node.references = 1;
  return node;
}

test.each(['compiling', 'running'] as const)(
  'a model that fails %s is compiled with fewer rewrites, once, and that is counted',
  async when => {
    const { runtime, tried } = await runtimeThatFails(['all', 'some'], when);
    const executor = new Executor(runtime, options);
    for (let run = 0; run < 3; run++) {
      const node = sum();
      executor.computeSync([node]);
      expect(Array.from(node.data!)).toEqual([2, 3]);
    }
    const later = sum();
    await executor.compute([later]);
    expect(Array.from(later.data!)).toEqual([2, 3]);
    expect(tried).toEqual(['all', 'some', 'none']);
    expect(executor.statistics.fewerRewrites).toBe(1);
    expect(executor.statistics.sessions).toBe(1);
    executor.dispose();
    expect(executor.statistics.sessions).toBe(0);
  },
);

test('what fails without rewrites too fails with the first message, and is rewritten again the next time', async () => {
  const { runtime, tried } = await runtimeThatFails(['all', 'some', 'none'], 'running');
  const executor = new Executor(runtime, options);
  for (let run = 0; run < 2; run++) {
    const node = sum();
    await executor.compute([node]);
    expect(node.failure?.message).toMatch('Wrong shape');
  }
  expect(tried).toEqual(['all', 'some', 'none', 'all', 'some', 'none']);
  expect(executor.statistics).toMatchObject({ fewerRewrites: 0, sessions: 0 });
});
