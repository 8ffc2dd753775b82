import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a folder for what several test files use, and removes it when all tests are done. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'shroom-tests-'));
  process.env.SHROOM_TEST_FOLDER = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
