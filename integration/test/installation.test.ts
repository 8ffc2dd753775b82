import '@tensorflow/tfjs-backend-cpu';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { filesOf, launch, noChromium, serve } from '@shroom-internal/chromium';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './program';
import { drawnFolder, generatedWeights } from './small-job';
import { packAll, type Tarball } from './tarballs';

const folder = mkdtempSync(join(tmpdir(), 'shroom-installation-'));
let tarballs: readonly Tarball[];
beforeAll(async () => {
  tarballs = await packAll(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = (name: string) => readFileSync(join(root, 'integration/installation', name), 'utf8');
/** The version of a package in the workspace. */
const versionOf = (name: string): string =>
  new RegExp(`"?${name}"?: ([0-9.]+)\n`).exec(
    readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'),
  )![1]!;
const run = async (cwd: string, command: string, ...args: string[]): Promise<string> => {
  const shell = process.platform === 'win32';
  // NODE_PATH would find packages of this repository.
  const { ONNXRUNTIME_NODE_INSTALL: _, NODE_PATH: __, ...env } = process.env;
  try {
    return (await promisify(execFile)(command, args, { cwd, env, shell })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`);
  }
};

interface Project {
  readonly files: Readonly<Record<string, string>>;
  /** Additional packages beside ours and their peers. Without a version, the version of the workspace is used. */
  readonly extras: readonly string[];
}

/** Creates a new project and installs all packages from their tarballs with npm. */
async function install(name: string, { files, extras }: Project): Promise<string> {
  const project = join(folder, name);
  const written = { 'package.json': '{ "private": true, "type": "module" }\n', ...files };
  for (const [file, text] of Object.entries(written)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  const peers = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', ...extras];
  await run(
    project,
    'npm',
    'install',
    ...['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    // What the program says where the engine is missing.
    ...(extras.includes('onnxruntime-node') ? ['--onnxruntime-node-install=skip'] : []),
    ...tarballs.map(({ file }) => file),
    ...peers.map(peer => (/.@/.test(peer) ? peer : `${peer}@${versionOf(peer)}`)),
  );
  return project;
}

function oneTensorFlow(project: string): void {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const paths = Object.keys(lock.packages);
  for (const name of ['tfjs-core', 'tfjs-layers']) {
    const copies = paths.filter(path => path.endsWith(`node_modules/@tensorflow/${name}`));
    expect(copies).toEqual([`node_modules/@tensorflow/${name}`]);
  }
  expect(paths.filter(path => path.includes('@shroom/'))).toHaveLength(tarballs.length);
}

const cpu = '@tensorflow/tfjs-backend-cpu';
const miniature = { accuracy: 1, epochs: 20, map: [8, 8], png: 'PNG' };
const there = ['function', 'function', 'function'];
const compilerOptions = {
  target: 'ES2022',
  lib: ['ES2023', 'DOM'],
  types: [],
  strict: true,
  skipLibCheck: true,
};
const tsconfig = (options: object) =>
  JSON.stringify({ compilerOptions: { ...compilerOptions, ...options } });

/** A program as an ES module and in CommonJS. */
const inBoth = (name: string): Readonly<Record<string, string>> => {
  const esm = source(`${name}.js`);
  const cjs = esm.replace(/^import (\{.*\}) from (.*);$/gm, 'const $1 = require($2);');
  return { [`${name}.mjs`]: esm, [`${name}.cjs`]: cjs };
};

let withOrt: Promise<string> | undefined;
/** The project with ONNX Runtime. It is installed once. */
function ortProject(): Promise<string> {
  const program = source('classifier.ts');
  withOrt ??= install('ort', {
    files: {
      ...inBoth('node'),
      ...inBoth('classifier'),
      'strict/program.mts': program,
      'strict/program.cts': program,
      'strict/tsconfig.json': tsconfig({ module: 'node16', moduleResolution: 'node16' }),
    },
    extras: ['onnxruntime-node', 'typescript'],
  });
  return withOrt;
}

let withCpu: Promise<string> | undefined;
/** The project with the JavaScript engine, for TypeScript and for Vite. It is installed once. */
function cpuProject(): Promise<string> {
  const program = source('program.ts');
  withCpu ??= install('cpu', {
    files: {
      'node16/program.mts': program,
      'node16/program.cts': program,
      'node16/tsconfig.json': tsconfig({ module: 'node16', moduleResolution: 'node16' }),
      'bundler/program.ts': program,
      'bundler/tsconfig.json': tsconfig({ module: 'esnext', moduleResolution: 'bundler' }),
      'vite/index.html': '<!doctype html><script type="module" src="/program.ts"></script>',
      'vite/program.ts': program,
    },
    extras: [cpu, 'typescript', 'vite@8.3.8'],
  });
  return withCpu;
}

describe('a fresh project with the packed packages', () => {
  test('of ECMAScript modules and of CommonJS trains on ONNX Runtime', async () => {
    const project = await ortProject();
    oneTensorFlow(project);
    for (const program of ['node.mjs', 'node.cjs']) {
      const { accuracy, ...rest } = JSON.parse(await run(project, 'node', program));
      expect(rest).toEqual({ runtimeName: 'onnxruntime-node', same: true, cache: 'string' });
      expect(accuracy).toBeGreaterThan(0.9);
    }
  });

  test('trains a classifier on 60 photos of 3 classes, opens it, predicts and explains, in 20 lines', async () => {
    expect(source('classifier.js').trim().split('\n').length).toBeLessThanOrEqual(20);
    const project = await ortProject();
    await drawnFolder(join(project, 'photos'), ['Amanita', 'Boletus', 'Russula'], 20);
    for (const file of ['classifier.mjs', 'classifier.cjs']) {
      const said = JSON.parse(await run(project, 'node', file, `runs/${file}`));
      expect(said).toMatchObject({ explained: 'Boletus', map: [3, 3] });
      expect(said.accuracy.value).toBeGreaterThan(0.5);
    }
    // The command, by its name and by the name of the package.
    const named = await run(project, 'npx', '--no-install', '@shroom/classifier', '--version');
    const { version } = JSON.parse(source('../../packages/classifier/package.json'));
    expect(named.trim()).toBe(version);
    const predict = ['shroom', 'predict', 'runs/classifier.mjs', 'photos/Boletus/3.jpg', '--json'];
    const { result } = JSON.parse(await run(project, 'npx', '--no-install', ...predict));
    expect(result.photos[0]).toMatchObject({ photo: 'photos/Boletus/3.jpg', known: true });
    const strict = ['tsc', '-p', 'strict', '--noEmit', '--skipLibCheck', 'false'];
    const complaint = await run(project, 'npx', '--no-install', ...strict).catch(String);
    // Only our types are checked, because those of TensorFlow.js have errors.
    expect(complaint.split('\n').filter(line => /@shroom|^strict/.test(line))).toEqual([]);
  });

  test('without the binary of ONNX Runtime works on wasm, and says what is missing', async () => {
    const project = await ortProject();
    const shroom = (...args: string[]) => run(project, 'npx', '--no-install', 'shroom', ...args);
    const resultOf = async (...args: string[]) =>
      JSON.parse(await shroom(...args, '--json')).result;
    const ortOf = ({ checks }: { checks: { name: string }[] }) =>
      checks.find(({ name }) => name === 'ort');
    const command = 'npm i onnxruntime-node --onnxruntime-node-install=skip';
    const native = join(project, 'node_modules/onnxruntime-node');
    await generatedWeights(project, 'convnext_tiny');
    await drawnFolder(join(project, 'few'), ['Amanita', 'Boletus', 'Russula'], 6);
    expect(await resultOf('doctor')).toMatchObject({ works: true, engine: 'ort' });

    renameSync(join(native, 'bin'), join(native, 'hidden'));
    const hidden = await resultOf('doctor');
    expect(hidden).toMatchObject({ works: true, engine: 'wasm' });
    expect(ortOf(hidden)).toMatchObject({
      standing: 'bad',
      found: expect.stringMatching(/^onnxruntime-node \S+ is installed without its binary for /),
      command: expect.stringContaining(command),
    });
    renameSync(native, join(project, 'hidden'));
    const missing = await resultOf('doctor');
    expect(missing).toMatchObject({ works: true, engine: 'wasm' });
    expect(ortOf(missing)).toMatchObject({ found: 'onnxruntime-node is not installed', command });

    const network = ['--backbone', 'convnext_tiny.safetensors', '--architecture', 'convnext_tiny'];
    const small = ['--recipe', 'reference', '--size', '64', '--views', '1', '--epochs', '2'];
    const { classes } = await resultOf('train', 'few', ...network, ...small, '--out', 'wasm');
    expect(classes).toEqual(['Amanita', 'Boletus', 'Russula']);
    const { engine } = JSON.parse(readFileSync(join(project, 'wasm/metrics.json'), 'utf8'));
    expect(engine).toBe('wasm');
    const { counts } = await resultOf('predict', 'wasm', 'few/Boletus');
    expect(counts.unreadable).toBe(0);
    const explained = await resultOf('explain', 'wasm', 'few/Boletus/1.jpg', '--out', 'maps');
    expect(existsSync(join(project, explained.photos[0].picture))).toBe(true);
    const refused = await shroom('finetune', 'wasm').catch(String);
    expect(refused).toMatch(/engine 'wasm' cannot train convnext_tiny after 'stages\.\d/);
    expect(refused).toContain(command);
  });

  test('of TypeScript compiles as node16 and as bundler, and explains what it trained', async () => {
    const project = await cpuProject();
    oneTensorFlow(project);
    // Its install script downloads from outside npm, so nothing may bring it without being asked.
    expect(existsSync(join(project, 'node_modules/onnxruntime-node'))).toBe(false);
    for (const each of ['node16', 'bundler'])
      await run(project, 'npx', '--no-install', 'tsc', '-p', each);
    // Only our types are checked, because those of TensorFlow.js have errors.
    const checked = run(
      project,
      'npx',
      '--no-install',
      'tsc',
      '-p',
      'node16',
      '--noEmit',
      '--skipLibCheck',
      'false',
    );
    const { message } = await checked.then(
      () => new Error('no complaint'),
      error => error as Error,
    );
    expect(message.split('\n').filter(line => /@shroom|^node16/.test(line))).toEqual([]);
    for (const each of ['node16/program.mjs', 'node16/program.cjs', 'bundler/program.js']) {
      const outcome = JSON.parse(await run(project, 'node', each));
      expect([each, outcome]).toEqual([each, { ...miniature, there }]);
    }
  });

  test.skipIf(noChromium)('built by Vite explains what it trained in Chromium', async () => {
    const project = await cpuProject();
    await run(project, 'npx', '--no-install', 'vite', 'build', 'vite');
    const site = await serve(filesOf(join(project, 'vite/dist')));
    const browser = await launch();
    try {
      const page = await browser.newPage();
      const printed = page.waitForEvent('console', message => message.text().startsWith('{'));
      page.on('pageerror', error => {
        throw error;
      });
      await page.goto(site.url);
      expect(JSON.parse((await printed).text())).toEqual({ ...miniature, there });
    } finally {
      await browser.close();
      site.close();
    }
  });
});
