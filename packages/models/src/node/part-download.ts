import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DownloadOptions, type RemoteFile, requireSize, sizeOf } from './download';
import { persist, Silence } from './interruption';
import { openRange, type PartPlan } from './part-plan';
import { writeWhole } from './whole-file';

/**
 * Downloads the tensors of a plan to a path beside the final path, resumes where an earlier attempt stopped, and renames the file at the end.
 *
 * @param unfinished Path of the unfinished file. It must belong to exactly this version of the remote file, and to this plan.
 * @returns The SHA-256 of the written file.
 * @throws NoRangesError when the server sends the whole file.
 */
export async function downloadPart(
  remote: RemoteFile,
  plan: PartPlan,
  path: string,
  unfinished: string,
  options: DownloadOptions,
): Promise<string> {
  requireSize({ source: remote.source, bytes: plan.bytes }, options);
  await mkdir(dirname(path), { recursive: true });
  const attempt = () => receive(remote, plan, unfinished, options);
  const sha256 = await persist(remote.source, attempt, () => sizeOf(unfinished), options);
  await rename(unfinished, path);
  return sha256;
}

async function receive(
  remote: RemoteFile,
  { header, ranges, bytes: total }: PartPlan,
  unfinished: string,
  options: DownloadOptions,
): Promise<string> {
  const { source } = remote;
  const found = await lstat(unfinished).catch(() => undefined);
  if (found && (!found.isFile() || found.size > total)) await rm(unfinished);
  const hash = createHash('sha256');
  let received = await sizeOf(unfinished);
  if (received >= header.length)
    for await (const chunk of createReadStream(unfinished)) hash.update(chunk);
  const file = await open(unfinished, received < header.length ? 'w' : 'a');
  const silence = new Silence(options);
  const write = async (chunk: Uint8Array) => {
    await writeWhole(file, chunk);
    hash.update(chunk);
    received += chunk.length;
    options.onProgress?.({ source, received, total });
  };
  try {
    if (received < header.length) {
      received = 0;
      await write(header);
    }
    let position = header.length;
    for (const { start, end } of ranges) {
      const done = Math.max(0, received - position);
      position += end - start;
      if (start + done >= end) continue;
      const rest = await openRange(remote, { start: start + done, end }, silence);
      for await (const chunk of rest) await write(chunk);
    }
    await file.sync();
  } catch (error) {
    throw silence.explain(source, error);
  } finally {
    silence.end();
    await file.close();
  }
  return hash.digest('hex');
}
