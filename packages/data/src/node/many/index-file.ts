import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '../../photo';
import { PhotoSetError } from '../collection';
import { isLine, type Line } from './line';

/** Version of the form of indexes. */
export const indexVersion = 1;

/** What an index says of all photos. */
export interface PhotoIndexHead {
  /** Number of photos. */
  readonly photos: number;
  /** Problems that were found when the photos were listed. */
  readonly findings: readonly Finding[];
  /** As in `ListedPhotos`. */
  readonly expected?: string;
}

/** The error of an index that was changed or cut. */
export const damaged = (where: string, what: string): PhotoSetError =>
  new PhotoSetError(
    `${where} is damaged at '${what}'. Make it again with \`shroom plan hash\` and \`shroom merge\`.`,
  );

/** An index that is read. */
export interface OpenIndex {
  readonly head: PhotoIndexHead;
  readonly folder: string;
  /** The photos, some at a time. It throws at the end if some are missing. */
  readonly lines: AsyncIterable<readonly Line[]>;
}

/** Opens an index. @throws PhotoSetError when it is missing or damaged, also while its lines are read. */
export async function openIndex(where: string): Promise<OpenIndex> {
  const path = resolve(where);
  const failed = (cause: Error) => {
    throw unreadable(path, cause);
  };
  const { size } = await stat(path).catch(failed);
  const file = await open(path).catch(failed);
  const values = valuesOf(path, file);
  try {
    const [first, ...others] = (await values.next()).value ?? [];
    const head = headOf(path, first, size);
    return { head, folder: dirname(path), lines: linesAfter(path, head, others, values) };
  } catch (error) {
    await values.return();
    throw error;
  }
}

/** @param bytes Size of the file, which has more bytes than photos. Tables are made for as many photos as the head says. */
function headOf(path: string, first: unknown, bytes: number): PhotoIndexHead {
  const { format, version, ...head } = (first ?? {}) as Record<string, unknown>;
  if (format !== 'shroom-photos')
    throw new PhotoSetError(`${path} is no index of photos, which \`shroom plan hash\` makes.`);
  if (version !== indexVersion)
    throw new PhotoSetError(
      `${path} has version ${JSON.stringify(version)}; this package reads version ${indexVersion}. Make it again.`,
    );
  const { photos, findings } = head as unknown as PhotoIndexHead;
  const isCount = Number.isSafeInteger(photos) && photos >= 0 && photos <= bytes;
  if (!isCount || !Array.isArray(findings)) throw damaged(path, 'its first line');
  return head as unknown as PhotoIndexHead;
}

async function* linesAfter(
  path: string,
  { photos }: PhotoIndexHead,
  others: readonly unknown[],
  values: AsyncGenerator<readonly unknown[], void, undefined>,
): AsyncGenerator<readonly Line[], void, undefined> {
  let count = 0;
  const checked = (some: readonly unknown[]): readonly Line[] => {
    const odd = some.findIndex(line => !isLine(line));
    if (odd >= 0) throw damaged(path, `line ${count + odd + 2}`);
    count += some.length;
    if (count > photos) throw damaged(path, 'its end');
    return some as readonly Line[];
  };
  try {
    yield checked(others);
    for await (const some of values) yield checked(some);
  } finally {
    await values.return();
  }
  if (count !== photos)
    throw new PhotoSetError(`${path} has ${count} photos, but says ${photos}: it is incomplete.`);
}

/** Most characters of a line. Only the first one is long, as it has what was found when the photos were listed. */
const longest = 2 ** 28;

/** The values of the lines of a file, some at a time. */
async function* valuesOf(
  path: string,
  file: FileHandle,
): AsyncGenerator<readonly unknown[], void, undefined> {
  let number = 0;
  let rest = '';
  const decoder = new TextDecoder();
  // One buffer for all of them: a stream makes another one for each, and they are freed late.
  const bytes = Buffer.alloc(2 ** 16);
  try {
    for (;;) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length).catch(cause => {
        throw unreadable(path, cause);
      });
      if (bytesRead === 0) break;
      const text = decoder.decode(bytes.subarray(0, bytesRead), { stream: true });
      if (!text.includes('\n')) {
        rest += text;
        if (rest.length > longest) throw damaged(path, `line ${number + 1}`);
        continue;
      }
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop()!;
      yield lines.map(line => parsed(path, line, number++));
    }
  } finally {
    await file.close();
  }
  if (rest !== '') yield [parsed(path, rest, number)];
}

const unreadable = (path: string, cause: Error): PhotoSetError =>
  new PhotoSetError(`${path} cannot be read: ${cause.message}`, { cause });

function parsed(path: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged(path, `line ${number + 1}`);
  }
}
