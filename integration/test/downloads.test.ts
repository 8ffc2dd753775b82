import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LocalHub, large } from '../../packages/models/test/node/hub';

const program = `
import { fetchFromHub } from '@shroom/models/node';
process.stdout.write(await fetchFromHub({ model: 'owner/weights', file: 'model.safetensors' }));
`;

test('several processes that ask at once download a file once', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'shroom-hub-'));
  const hub = new LocalHub();
  await hub.start();
  try {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const env = { ...process.env, HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, HF_HOME: cache };
    const answers = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
          cwd,
          env,
        });
        const [said, complained, [code]] = await Promise.all([
          text(child.stdout),
          text(child.stderr),
          once(child, 'exit'),
        ]);
        expect(code, complained).toBe(0);
        return said;
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect((await readFile(answers[0]!)).equals(large)).toBe(true);
    expect(hub.requests.filter(({ server }) => server === 'storage')).toHaveLength(1);
  } finally {
    hub.stop();
    await rm(cache, { recursive: true, force: true, maxRetries: 5 });
  }
});
