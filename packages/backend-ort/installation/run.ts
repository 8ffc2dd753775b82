/**
 * Installs the packed package into empty projects and runs a training there: with npm and with pnpm, with the native
 * runtime, with only the WebAssembly runtime, and without a runtime. Needs the network and some minutes: `npm run
 * test:install`.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Case {
  readonly name: string;
  readonly manager: 'npm' | 'pnpm';
  readonly runtimes: readonly string[];
  /** Expected output of the program, also for a failure. */
  readonly expected: RegExp;
}

const here = dirname(fileURLToPath(import.meta.url));
const home = join(here, '..');
const tfjsVersion = '4.22.0';
const nativeRuntime = 'onnxruntime-node@1.30.0';
const webRuntime = 'onnxruntime-web@1.30.0';
const trained = (runtime: string) => new RegExp(`"runtime":"${runtime}".*"accuracy":(1|0\\.9)`);

const cases: readonly Case[] = [
  {
    name: 'npm, native',
    manager: 'npm',
    runtimes: [nativeRuntime],
    expected: trained('onnxruntime-node'),
  },
  {
    name: 'pnpm, native',
    manager: 'pnpm',
    runtimes: [nativeRuntime],
    expected: trained('onnxruntime-node'),
  },
  {
    name: 'npm, only WebAssembly, with a warning',
    manager: 'npm',
    runtimes: [webRuntime],
    expected: /no native ONNX Runtime[\s\S]*"runtime":"onnxruntime-web".*"accuracy":(1|0\.9)/,
  },
  {
    name: 'pnpm, no runtime',
    manager: 'pnpm',
    runtimes: [],
    expected: /neither onnxruntime-node nor onnxruntime-web.*npm install onnxruntime-node/,
  },
];

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'backend-ort-'));
const run = (command: string, args: readonly string[], cwd: string): string => {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  try {
    return execFileSync(command, args, {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`;
  }
};

run('npx', ['pnpm', 'run', 'build'], home);
for (const each of [home, join(home, '../formats')])
  run('npx', ['pnpm', 'pack', '--pack-destination', folder], each);
const tarballs = readdirSync(folder)
  .filter(file => file.endsWith('.tgz'))
  .map(file => join(folder, file));

let failures = 0;
for (const { name, manager, runtimes, expected } of cases) {
  const project = mkdtempSync(join(folder, 'project-'));
  const formats = tarballs.find(file => file.includes('formats'))!;
  // Pnpm would look for this package in the registry; npm uses the file in the folder.
  const pnpm = { overrides: { '@shroom/formats': `file:${formats}` } };
  const manifest = { private: true, type: 'module', pnpm };
  writeFileSync(join(project, 'package.json'), `${JSON.stringify(manifest)}\n`);
  copyFileSync(join(here, 'program.js'), join(project, 'program.js'));
  const packages = [
    ...tarballs,
    `@tensorflow/tfjs-core@${tfjsVersion}`,
    `@tensorflow/tfjs-layers@${tfjsVersion}`,
    ...runtimes,
  ];
  const installed = run(manager, [manager === 'npm' ? 'install' : 'add', ...packages], project);
  const output = run('sh', ['-c', 'node program.js 2>&1'], project);
  const passed = expected.test(output);
  if (!passed) failures++;
  say(`${passed ? 'passed' : 'FAILED'}: ${name}`);
  if (!passed) say(`${installed.slice(-1500)}\n${output.slice(-1500)}`);
}
rmSync(folder, { recursive: true, force: true });
process.exit(failures === 0 ? 0 : 1);
