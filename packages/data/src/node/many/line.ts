import type { StoredOrigin } from '../../origin';
import { splitNames } from '../../split';
import type { Candidate } from '../collection';

/** A line of an index: a photo. */
export interface Line {
  readonly id: string;
  /** Absent if it is the file with the path `id`. */
  readonly from?: StoredOrigin;
  readonly class?: string;
  readonly classes?: readonly string[];
  readonly group?: string;
  readonly part?: Candidate['part'];
  readonly columns?: Candidate['columns'];
  readonly sha256?: string;
  readonly width?: number;
  readonly height?: number;
  readonly format?: string;
  readonly bytes?: number;
  /** Absent if nothing is converted. */
  readonly converted?: readonly string[];
  readonly problem?: string;
  /** Number of the first photo with the same bytes, from 0, if this is not the first one. */
  readonly copyOf?: number;
}

/** Whether a value has the form of a line, so that no field surprises those who read it. */
export function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as Readonly<Record<string, unknown>>;
  return (
    isName(line.id) &&
    texts.every(field => line[field] === undefined || typeof line[field] === 'string') &&
    lists.every(field => line[field] === undefined || isTexts(line[field])) &&
    sizes.every(field => line[field] === undefined || isSize(line[field])) &&
    (line.part === undefined || (splitNames as readonly unknown[]).includes(line.part)) &&
    (line.columns === undefined || areCells(line.columns)) &&
    (line.from === undefined || isOrigin(line.from))
  );
}

const texts = ['class', 'group', 'sha256', 'format', 'problem'];
const lists = ['classes', 'converted'];
const sizes = ['width', 'height', 'bytes', 'copyOf'];

const isName = (value: unknown) => typeof value === 'string' && value !== '';
const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown) =>
  Array.isArray(value) && value.every(text => typeof text === 'string');
const areCells = (value: unknown) =>
  typeof value === 'object' && value !== null && isTexts(Object.values(value));

/** The fields of each kind of place, besides its path. */
const fieldsOf: Readonly<
  Record<string, Readonly<Record<string, (value: unknown) => boolean>> | undefined>
> = {
  file: {},
  remote: {},
  tar: { offset: isSize, size: isSize },
  parquet: { column: isName, row: isSize },
  archive: {
    ...{ offset: isSize, compressedSize: isSize, size: isSize, crc32: isSize },
    compressed: value => typeof value === 'boolean',
  },
};

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const from = value as Readonly<Record<string, unknown>>;
  const { kind, path } = from;
  if (typeof kind !== 'string' || !Object.hasOwn(fieldsOf, kind) || !isName(path)) return false;
  const fields = fieldsOf[kind]!;
  for (const field in fields) if (!fields[field]!(from[field])) return false;
  return true;
}
