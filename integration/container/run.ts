// Follows the steps of examples/cluster/Containerfile on this machine, without a container engine: installs the packages in an empty folder,
// then trains, plans, works and merges in a tree where everything but the mounted folder is read-only, without a network and as a user
// without rights. The packages are those of this repository, packed as for a release; the base image is this machine.
//
//   npm run test:container           on Linux, as root, who alone may mount; with a network for the packages and the weights
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { genera } from '@shroom/drawn';
import { root } from '../test/program';
import { drawnFolder } from '../test/small-job';
import { packAll } from '../test/tarballs';
import { onlyStep, stagesOf, variablesOf } from './steps';

const containerfile = join(root, 'examples/cluster/Containerfile');
const inside = join(root, 'integration/container/inside.sh');
const [perClass, shards] = [8, 3];

const [install, final] = stagesOf(await readFile(containerfile, 'utf8'));
const user = Number(onlyStep(final!, 'USER'));
const [program] = JSON.parse(onlyStep(final!, 'ENTRYPOINT')) as [string];
const folder = await mkdtemp(join(tmpdir(), 'shroom-container-'));
const [app, data, home] = ['app', 'data', 'home'].map(name => join(folder, name));

/** Runs a program and returns what it prints. @throws Error with everything that it has written. */
async function output(command: string, args: readonly string[], options: object = {}) {
  try {
    return (await promisify(execFile)(command, args, { maxBuffer: 2 ** 26, ...options })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & Record<string, string>;
    throw new Error(`${message}\n${stdout}${stderr}`);
  }
}

/** Does the steps of the first stage as that user, in an empty folder. */
async function build(): Promise<void> {
  const tarballs = await packAll(folder);
  const files = tarballs.map(({ file }) => file).join(' ');
  // What npm and this repository set for their own programs.
  const foreign = /^(npm_|NODE_PATH$|ONNXRUNTIME_NODE_INSTALL$)/;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !foreign.test(name)),
  );
  for (const { name, text } of install!) {
    if (name !== 'RUN') continue;
    console.log(`RUN ${text}`);
    // They are not published while they are tested.
    const own = text.replace(' @shroom/classifier', ` ${files}`);
    if (own === text) throw new Error(`${containerfile}: no step installs @shroom/classifier.`);
    await output('sh', ['-c', own], {
      cwd: app,
      uid: user,
      gid: user,
      env: { ...env, HOME: home },
    });
  }
}

/** Runs the command as `docker run --read-only --network none --volume <data>:/data` does. */
async function shroom(...args: readonly string[]): Promise<string> {
  const variables = Object.entries(variablesOf(final!)).map(([name, value]) => `${name}=${value}`);
  console.log(`shroom ${args.join(' ')}`);
  return output('unshare', [
    ...['--mount', '--pid', '--fork', '--net', 'sh', inside],
    ...[app!, data!, `${user}`, onlyStep(final!, 'WORKDIR'), ...variables, program, ...args],
  ]);
}

const say = (fact: string, value: unknown) => console.log(`  ${fact}: ${value}`);

try {
  await chmod(folder, 0o755);
  for (const each of [app, data, home]) {
    await mkdir(each!);
    await chown(each!, user, user);
  }
  await drawnFolder(join(data!, 'photos'), genera.slice(0, 3), perClass);
  await build();
  const copied = final!.find(({ name }) => name === 'COPY')!;
  if (copied.text !== '--from=install /app /app' || dirname(program) !== '/app/node_modules/.bin')
    throw new Error(`${containerfile}: this program knows /app only.`);
  say('installed', `${Math.round(Number((await output('du', ['-sm', app!])).split('\t')[0]))} MB`);
  const cached = { ...process.env, SHROOM_CACHE: join(data!, 'cache') };
  const local = join(app!, 'node_modules/.bin/shroom');
  await output(local, ['weights', '--download', 'efficientnet_lite0.tf_in1k'], { env: cached });
  const quick = ['--backbone', 'efficientnet_lite0', '--size', '64', '--recipe', 'fast'];
  await output('chown', ['-R', `${user}`, data!]);
  await shroom('train', 'photos', ...quick, '--out', 'run', '--quiet');
  const planned = ['--data', 'photos', '--shards', `${shards}`, '--out', 'photos.plan'];
  await shroom('plan', 'predict', 'run', ...planned);
  for (let shard = 0; shard < shards; shard++)
    await shroom('work', 'photos.plan', '--shard', `${shard}`);
  await shroom('merge', 'photos.plan');
  // A plan that was made outside, where the photos and the classifier have other paths.
  const outside = ['run', 'photos', 'outside.plan'].map(name => join(data!, name));
  const args = ['plan', 'predict', outside[0]!, '--data', outside[1]!, '--shards', '1'];
  await output(local, [...args, '--out', outside[2]!], { env: cached, uid: user, gid: user });
  const places = ['--root', '/data/photos', '--run', '/data/run'];
  await shroom('work', 'outside.plan', '--shard', '0', ...places);
  await shroom('merge', 'outside.plan', ...places);

  const results = ['photos.csv', 'outside.csv'].map(name => join(data!, name));
  const [table, other] = await Promise.all(results.map(path => readFile(path, 'utf8')));
  const rows = table!.trimEnd().split('\n').length - 1;
  say('rows', `${rows} for ${3 * perClass} photos`);
  const written = (await readdir(data!)).sort();
  say('written', written.join(' '));
  const owners = await Promise.all(written.map(async name => (await stat(join(data!, name))).uid));
  const odd = written.filter(name => !/^(cache|run|(photos|outside)(\.csv|\.plan.*)?)$/.test(name));
  if (rows !== 3 * perClass || other !== table || odd.length > 0) process.exitCode = 1;
  if (owners.some(owner => owner !== user)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
