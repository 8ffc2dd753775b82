import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActivationRanges } from '@shroom/models/int8';
import { writeAtomically } from '@shroom/train/node';
import * as v from 'valibot';
import { ClassifierFileError } from '../errors';
import type { Computes } from '../network/precision';

/** Name of the file with the ranges of integers, in the folder of a run. */
export const rangesFile = 'int8.json';

/** What was measured to choose how a network computes. */
export interface MeasuredInt8 {
  /** Time in 32 bits as a multiple of the time with integers. */
  readonly faster: number;
  /** Mean cosine between the features of the two. */
  readonly cosine: number;
}

/** How a network computes, and why. */
export interface ChosenPrecision {
  /** Hash of the network's weights. */
  readonly weights: string;
  readonly computes: Computes;
  /** Absent if nothing was measured. */
  readonly measured?: MeasuredInt8 | undefined;
  /** Why nothing was measured. */
  readonly reason?: string | undefined;
  /** Absent for 32 bits. */
  readonly ranges?: ActivationRanges | undefined;
}

const finite = v.pipe(v.number(), v.finite());
const range = v.pipe(
  v.tuple([finite, finite]),
  v.check(([low, high]) => low <= high, 'should go from the smallest value to the largest'),
);
const ranges = v.record(v.string(), range);
const schema = v.object({
  format: v.literal('shroom-int8'),
  version: v.literal(1),
  extractors: v.array(
    v.variant('computes', [
      v.object({
        computes: v.literal('int8'),
        weights: v.string(),
        measured: v.optional(v.object({ faster: finite, cosine: finite })),
        ranges,
      }),
      v.object({
        computes: v.literal('float32'),
        weights: v.string(),
        reason: v.optional(v.string()),
        measured: v.optional(v.object({ faster: finite, cosine: finite })),
      }),
    ]),
  ),
});

/** Writes how each network of a run computes, with the ranges of its values. */
export async function writeRanges(
  folder: string,
  chosen: readonly ChosenPrecision[],
): Promise<void> {
  const extractors = chosen.map(({ ranges, ...each }) => ({
    ...each,
    ...(ranges && { ranges: Object.fromEntries(ranges) }),
  }));
  const content = { format: 'shroom-int8', version: 1, extractors };
  await writeAtomically(join(folder, rangesFile), `${JSON.stringify(content)}\n`);
}

/** @throws ClassifierFileError when the bytes are not what `writeRanges` writes. */
export function parseRanges(bytes: Uint8Array, path: string): ChosenPrecision[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw damaged(path, `not valid JSON: ${(cause as Error).message}`, cause);
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw damaged(path, `${v.getDotPath(issue) ?? 'content'}: ${issue.message}`);
  }
  return result.output.extractors.map(each =>
    each.computes === 'int8' ? { ...each, ranges: new Map(Object.entries(each.ranges)) } : each,
  );
}

const damaged = (path: string, what: string, cause?: unknown) =>
  new ClassifierFileError(
    path,
    `it is damaged (${what}). Restore the folder, or train again in another one.`,
    { cause },
  );

/** What a run has chosen before. @returns Undefined if it has chosen nothing yet. */
export async function readChosen(folder: string): Promise<ChosenPrecision[] | undefined> {
  const path = join(folder, rangesFile);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return bytes && parseRanges(bytes, path);
}
