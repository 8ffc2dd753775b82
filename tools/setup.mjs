// Prepares a clone for use: installs the pinned dependencies if the lockfile has changed, and builds the packages if their sources have
// changed. Takes a fraction of a second if there is nothing to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamps = join(root, 'node_modules', '.cache', 'shroom');
const { packageManager, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Shroom needs Node ${engines.node}; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Lists every file below a folder, except installed and built files. */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (['node_modules', 'dist', 'test', '.turbo'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function digest(files) {
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Runs a step unless its inputs are the same as at its last success. */
function step({ name, files, outputs, run }) {
  const stamp = join(stamps, name);
  const now = digest(files);
  const fresh =
    outputs.every(output => existsSync(output)) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === now;
  if (fresh) return;
  rmSync(stamp, { force: true });
  run();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(`${stamp}.part`, now);
  renameSync(`${stamp}.part`, stamp);
}

function execute(what, command, args) {
  console.error(`\u001b[2m${what} …\u001b[0m`);
  const env = {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  };
  const { status, error, stdout } = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
    maxBuffer: 1 << 28,
  });
  if (status === 0) return;
  console.error(stdout ?? '');
  console.error(
    `'${command} ${args.join(' ')}' failed${error ? `: ${error.message}` : ` with exit code ${status}`}.`,
  );
  process.exit(1);
}

const workspaces = ['packages', 'examples', 'integration', 'benchmarks', 'docs'].map(name =>
  join(root, name),
);
const packages = readdirSync(join(root, 'packages')).map(name => join(root, 'packages', name));
const manifests = workspaces.flatMap(filesBelow).filter(file => file.endsWith('package.json'));
const rootFiles = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'].map(name =>
  join(root, name),
);

step({
  name: 'install',
  files: [...rootFiles, ...manifests],
  outputs: [join(root, 'node_modules', '.bin', 'tsx')],
  run: () =>
    execute('Installing dependencies', 'npx', [
      '--yes',
      packageManager,
      'install',
      '--frozen-lockfile',
      '--prefer-offline',
    ]),
});

step({
  name: 'build',
  files: [
    ...packages.flatMap(filesBelow).filter(file => !file.endsWith('.md')),
    join(root, 'tsconfig.base.json'),
    join(root, 'pnpm-lock.yaml'),
  ],
  outputs: packages.map(folder => join(folder, 'dist', 'index.js')),
  run: () =>
    execute('Building the packages', join(root, 'node_modules', '.bin', 'turbo'), [
      'run',
      'build',
      '--ui=stream',
    ]),
});
