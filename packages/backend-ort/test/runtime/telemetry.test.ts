import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'ort-telemetry-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Loads the runtime in a process of its own, whose home is an empty folder. ONNX Runtime is silent by itself if `CI` is set. */
function loaded(given: NodeJS.ProcessEnv): string {
  const { CI: _, ORT_DISABLE_TELEMETRY: __, ...env } = process.env;
  const program = fileURLToPath(new URL('load-runtime.ts', import.meta.url));
  const own = { HOME: home, XDG_CACHE_HOME: join(home, '.cache'), TMPDIR: home };
  return execFileSync(process.execPath, ['--import', 'tsx', program], {
    encoding: 'utf8',
    env: { ...env, ...own, ...given },
  }).trim();
}

test('ONNX Runtime reports nothing: it writes no number of the machine, with which reports begin', () => {
  expect(loaded({})).toBe('1');
  const written = readdirSync(home, { recursive: true, encoding: 'utf8' });
  expect(written.filter(name => /microsoft|deviceid|\.ses$/i.test(name))).toEqual([]);
});

test('what is set in the environment stays', () => {
  expect(loaded({ ORT_DISABLE_TELEMETRY: 'true' })).toBe('true');
});
