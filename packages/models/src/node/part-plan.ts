import {
  encodeSafetensorsHeader,
  readSafetensorsHeader,
  type SafetensorsEntry,
} from '@shroom/formats';
import type { DownloadOptions, RemoteFile } from './download';
import { DownloadError } from './download-error';
import { persist, Silence } from './interruption';
import { request } from './request';

/** Bytes of a remote file. */
interface Range {
  readonly start: number;
  /** Position after the last byte. */
  readonly end: number;
}

/** How some tensors of a remote safetensors file become a safetensors file of their own. */
export interface PartPlan {
  /** The beginning of the new file. */
  readonly header: Uint8Array;
  /** What follows it: as few ranges as possible, in the order of the new file. */
  readonly ranges: readonly Range[];
  /** Length of the new file. */
  readonly bytes: number;
}

/** Thrown when a server sends something else than the range of bytes that was asked for, so that only the whole file can be had. */
export class NoRangesError extends DownloadError {}

/** Number of bytes that are asked for first. Most headers are shorter, so that one request is enough. */
const firstBytes = 1 << 16;

/**
 * Reads the header of a remote safetensors file, and plans which bytes are needed for the tensors whose names have a beginning.
 *
 * @returns Undefined if the file has no such tensors, or no others.
 * @throws NoRangesError when the server sends no ranges. SafetensorsError when the header is damaged.
 */
export async function planPart(
  remote: RemoteFile,
  beginning: string,
  options: DownloadOptions,
): Promise<PartPlan | undefined> {
  const first = await readRange(
    remote,
    { start: 0, end: Math.min(firstBytes, remote.bytes) },
    options,
  );
  const read = async (start: number, end: number) =>
    end <= first.length ? first.subarray(start, end) : readRange(remote, { start, end }, options);
  const { source } = remote;
  const { entries, metadata } = await readSafetensorsHeader(read, remote.bytes, { source });
  const wanted = entries.filter(({ name }) => name.startsWith(beginning));
  if (wanted.length === 0 || wanted.length === entries.length) return undefined;
  const part = encodeSafetensorsHeader(wanted, metadata);
  const places = new Map(wanted.map(entry => [entry.name, entry]));
  const ranges = joined(part.entries.map(({ name }) => places.get(name)!));
  return { header: part.bytes, ranges, bytes: part.fileBytes };
}

/** Joins tensors that follow one another. */
function joined(entries: readonly SafetensorsEntry[]): Range[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { start, end } of entries) {
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges.filter(({ start, end }) => end > start);
}

function readRange(remote: RemoteFile, range: Range, options: DownloadOptions) {
  const attempt = async () => {
    const silence = new Silence(options);
    const bytes = new Uint8Array(range.end - range.start);
    let received = 0;
    try {
      for await (const chunk of await openRange(remote, range, silence)) {
        bytes.set(chunk, received);
        received += chunk.length;
      }
    } catch (error) {
      throw silence.explain(remote.source, error);
    } finally {
      silence.end();
    }
    return bytes;
  };
  return persist(remote.source, attempt, async () => 0, options);
}

/**
 * Asks for a range of bytes, and yields exactly these.
 *
 * @throws NoRangesError when the server answers with other bytes. DownloadError when the connection breaks.
 */
export async function openRange(
  remote: RemoteFile,
  { start, end }: Range,
  silence: Silence,
): Promise<AsyncIterable<Uint8Array>> {
  const range = { range: `bytes=${start}-${end - 1}` };
  const response = await request(remote, 'GET', range, silence.signal);
  // Parts have no hash that the server names, so the answer must say which bytes of which file they are.
  const said = response.headers.get('content-range');
  if (response.status !== 206 || said !== `bytes ${start}-${end - 1}/${remote.bytes}`) {
    await response.body?.cancel();
    throw new NoRangesError(
      'answer',
      `${remote.source}: the server was asked for the bytes ${start} to ${end - 1}; it answers ${response.status} with ${said ?? 'no range'}.`,
    );
  }
  return exactly(remote, response, { start, end }, silence);
}

async function* exactly(
  { source }: RemoteFile,
  { body }: Response,
  { start, end }: Range,
  silence: Silence,
): AsyncGenerator<Uint8Array> {
  let position = start;
  for await (const chunk of (body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    silence.heard();
    silence.signal.throwIfAborted();
    position += chunk.length;
    if (position > end) break;
    yield chunk;
  }
  if (position === end) return;
  const how = position < end ? 'was cut' : 'is longer than announced';
  throw new DownloadError(
    position < end ? 'connection' : 'size',
    `${source} ${how}: of the bytes ${start} to ${end - 1}, ${position - start} came.\nThe next attempt resumes the download.`,
  );
}
