/** Measures the seconds and memory for building a network and loading its weights from a file, each in a new process. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ArchitectureName, architectures, checkpointOf } from '@shroom/models';
import { loadBackbone, writeSafetensors } from '@shroom/models/node';
import '@shroom/backend-ort';
import { setBackend } from '@tensorflow/tfjs-core';

const names: readonly ArchitectureName[] = ['resnet50', 'convnext_tiny', 'convnext_base'];
const [action, name, file] = process.argv.slice(2) as [string?, ArchitectureName?, string?];
await setBackend('ort');
if (action === 'write') await write(name!, file!);
else if (action === 'load') await load(name!, file!);
else measureAll();

/** Writes the weights file. It holds zeros, which take as long to load as other numbers. */
async function write(architecture: ArchitectureName, path: string): Promise<void> {
  const network = architectures[architecture].build({ classes: 1000 });
  await writeSafetensors(path, checkpointOf(network, architectures[architecture].dialects[0]));
}

async function load(architecture: ArchitectureName, path: string): Promise<void> {
  const seconds = async (run: () => unknown) => {
    const begin = performance.now();
    await run();
    return (performance.now() - begin) / 1000;
  };
  const before = process.memoryUsage().rss;
  const build = await seconds(() => {
    architectures[architecture].build({ classes: 1000 }).dispose();
  });
  const all = await seconds(() => loadBackbone(architecture, path, { includeTop: true }));
  const peak = process.resourceUsage().maxRSS * 1024 - before;
  const share = (peak / statSync(path).size).toFixed(2);
  const size = (statSync(path).size / 1e6).toFixed(0);
  const [first, second] = [build, all].map(time => `${time.toFixed(2)} s`);
  console.log(`| ${architecture} | ${size} MB | ${first} | ${second} | ${share} |`);
}

function measureAll(): void {
  const folder = mkdtempSync(join(tmpdir(), 'shroom-loading-'));
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  console.log('| network | weights | build | build, read, hash and load | peak memory / weights |');
  console.log('|---|---|---|---|---|');
  for (const each of names) {
    const path = join(folder, `${each}.safetensors`);
    run('write', each, path);
    run('load', each, path);
  }
  rmSync(folder, { recursive: true });
}
