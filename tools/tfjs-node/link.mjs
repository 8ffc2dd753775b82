// Installs @tensorflow/tfjs-node into a project where only package registries can be reached. Its own install script downloads
// libtensorflow from another host; here the library comes out of the Python package tensorflow-cpu, and the binding is compiled.
//
//   node link.mjs <folder of the project>
//
// Needs Linux on x64, Python 3 with pip (PYTHON names it), a C++ compiler (CXX names it), and 1.5 GB of disk while it works.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const versions = { tfjsNode: '4.22.0', tensorflow: '2.21.0' };
const { PYTHON: python = 'python3', CXX: compiler = 'g++' } = process.env;

/** Members of the wheel: the library, and the headers of its C interface. */
const members = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  ...['tensorflow/c', 'tensorflow/tsl/c', 'tsl/c', 'xla/tsl/c'].map(
    each => `tensorflow/include/${each}/`,
  ),
];
/** Takes members out of a wheel: `python -c … wheel lib include members`. */
const unpack = `import json, os, shutil, sys, zipfile
wheel, lib, include = sys.argv[1:4]
members = json.loads(sys.argv[4])
start = 'tensorflow/include/'
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        wanted = any(name == each or (each.endswith('/') and name.startswith(each)) for each in members)
        if name.endswith('/') or not (wanted or '/platform/ctstring' in name):
            continue
        to = os.path.join(include, name[len(start):]) if name.startswith(start) else os.path.join(lib, os.path.basename(name))
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with archive.open(name) as source, open(to, 'wb') as target:
            shutil.copyfileobj(source, target)`;

/** Prints a step, because each of them takes seconds to minutes. */
const step = text => process.stdout.write(`${text} …\n`);

/** Ends with what to do. */
function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** Runs a program. If it fails, ends with what it said. */
function run(program, args, { cwd, what }) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-12).join('\n');
  fail(`${what} did not succeed: ${program} ${args.slice(0, 3).join(' ')} …\n${said}`);
}

function requirePrograms() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    fail(`This works on Linux with x64 only, and this is ${process.platform} ${process.arch}.`);
  const works = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  if (!works(python, ['-m', 'pip', '--version']))
    fail(
      `${python} has no pip. Install it (Debian: apt-get install python3-pip), or name another Python: PYTHON=…`,
    );
  if (!works(compiler, ['--version']))
    fail(
      `There is no C++ compiler '${compiler}'. Install it (Debian: apt-get install g++), or name another one: CXX=…`,
    );
}

const project = resolve(process.argv[2] ?? '.');
if (!existsSync(join(project, 'package.json')))
  fail(`${project} has no package.json. Give the folder of your project: node link.mjs <folder>`);
requirePrograms();

const home = join(project, 'node_modules/@tensorflow/tfjs-node');
if (!existsSync(home)) {
  step(`@tensorflow/tfjs-node ${versions.tfjsNode} from the npm registry`);
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const name = `@tensorflow/tfjs-node@${versions.tfjsNode}`;
  run('npm', [...install, name], { cwd: project, what: 'The install' });
}

const scratch = mkdtempSync(join(tmpdir(), 'tfjs-node-'));
try {
  step(`libtensorflow ${versions.tensorflow} out of tensorflow-cpu, by pip (274 MB)`);
  const pip = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    '3.11',
  ];
  const name = `tensorflow-cpu==${versions.tensorflow}`;
  run(python, [...pip, '-q', '-d', scratch, name], { cwd: scratch, what: 'The download' });
  const wheel = readdirSync(scratch).find(file => file.endsWith('.whl'));
  const [lib, include] = ['lib', 'include'].map(each => join(home, 'deps', each));
  for (const folder of [lib, include]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const wanted = JSON.stringify(members);
  run(python, ['-c', unpack, join(scratch, wheel), lib, include, wanted], {
    ...{ cwd: scratch, what: 'Unpacking' },
  });
  rmSync(join(scratch, wheel));
  // Symbols for debuggers are a fourth of the library. Without `strip`, it works all the same.
  spawnSync('strip', ['--strip-unneeded', join(lib, 'libtensorflow_cc.so.2')], { stdio: 'ignore' });
  symlinkSync('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));

  step('the binding, compiled');
  const headers = ['install', '--prefix', scratch, '--no-audit', '--no-fund', 'node-api-headers@1'];
  run('npm', headers, { cwd: scratch, what: 'The install of the headers' });
  const target = join(home, 'lib/napi-v8');
  mkdirSync(target, { recursive: true });
  const sources = readdirSync(join(home, 'binding')).filter(file => file.endsWith('.cc'));
  const flags = ['-O2', '-std=c++17', '-fPIC', '-shared'];
  const defines = [
    'NAPI_VERSION=8',
    'NODE_GYP_MODULE_NAME=tfjs_binding',
    'BUILDING_NODE_EXTENSION',
  ];
  const includes = [include, join(scratch, 'node_modules/node-api-headers/include')];
  const args = [
    ...flags,
    ...defines.map(each => `-D${each}`),
    ...includes.map(each => `-I${each}`),
    ...sources.map(each => join(home, 'binding', each)),
    ...['-o', join(target, 'tfjs_binding.node')],
    ...[`-L${lib}`, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
  ];
  run(compiler, args, { cwd: home, what: 'Compiling' });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

step('a product of two matrices');
const trial = `const util = require('util'); util.isNullOrUndefined ??= value => value == null;
const tf = require('@tensorflow/tfjs-node');
const [value] = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync();
if (tf.getBackend() !== 'tensorflow' || value !== 3) throw new Error('backend ' + tf.getBackend() + ', value ' + value);`;
const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
execFileSync(process.execPath, ['-e', trial], { cwd: project, env, stdio: 'inherit' });
process.stdout.write(`@tensorflow/tfjs-node ${versions.tfjsNode} works in ${project}.\n`);
