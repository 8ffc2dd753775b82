import type { StoredOrigin } from '../../origin';
import type { Candidate } from '../collection';

/** A candidate of which everything is known that reading its file would tell. */
export type KnownCandidate = Candidate & { readonly known: NonNullable<Candidate['known']> };

/** To set field by field, which is faster than to spread, and makes objects of one kind. */
export type Writable = { -readonly [Field in keyof KnownCandidate]: KnownCandidate[Field] };

/** What many photos have in common. */
interface Shared {
  readonly facts: Omit<KnownCandidate, 'id' | 'known' | 'origin'>;
  /** The fields of the origin, without numbers. */
  readonly base: object;
  readonly numbers: readonly (readonly [name: string, column: Float64Array])[];
  /** Whether the path ends with the photo's name. The base then has what is before it. */
  readonly isBelow: boolean;
  /** Whether the class is the only fact. */
  readonly isPlain: boolean;
  readonly converted: readonly string[];
  readonly problem: string | undefined;
}

/** Whether a photo shares all but its name, hash and numbers with photos without further facts. Most follow one that does. */
function isLike({ isPlain, isBelow, facts, base }: Shared, photo: KnownCandidate): boolean {
  const { id, className, origin } = photo;
  const { kind, path } = base as StoredOrigin;
  if (!isPlain || className !== facts.className || origin.kind !== kind) return false;
  const isThere = isBelow
    ? origin.path.length === path.length + id.length &&
      origin.path.startsWith(path) &&
      origin.path.endsWith(id)
    : origin.path === path && !(kind !== 'tar' && origin.path.endsWith(id));
  return isThere && isPlainPhoto(photo);
}

/** Whether a photo has no facts besides its class, and a place of a simple kind. */
function isPlainPhoto({
  classNames,
  group,
  part,
  columns,
  origin,
  known,
}: KnownCandidate): boolean {
  const isSimple = origin.kind === 'file' || origin.kind === 'tar' || origin.kind === 'remote';
  const hasFacts = (classNames ?? group ?? part ?? columns ?? known.problem) !== undefined;
  return isSimple && !hasFacts && known.problem === undefined && known.converted.length === 0;
}

/** A text that is the same for photos that share all but their names, hashes and numbers. Most have few facts, whose text is made fast. */
function keyOf(photo: KnownCandidate, base: object, isBelow: boolean): string {
  const { className, classNames, group, part, columns, known } = photo;
  const { kind, path } = base as StoredOrigin;
  if (isPlainPhoto(photo)) return `${isBelow} ${kind} ${className}\0${path}`;
  const { problem } = known;
  const converted = known.problem === undefined ? known.converted : [];
  return JSON.stringify([
    ...[isBelow, className, classNames, group, part, columns, base, converted, problem],
  ]);
}

/** Bytes of names that are kept in one piece. */
const piece = 2 ** 22;

/**
 * Many photos as columns: their names as bytes, hashes, and numbers. What photos share, such as their class and archive, is kept once. A
 * photo of an archive takes about a hundred bytes.
 */
export class PhotoColumns {
  readonly #pieces: Buffer[] = [];
  #filled = piece;
  /** Where the name of each photo begins, in all pieces one after the other; its length follows from `#lengths`. */
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #hashes: Buffer;
  readonly #shared: Uint32Array;
  readonly #kinds: Shared[] = [];
  readonly #numberOfKind = new Map<string, number>();
  readonly #numbers = new Map<string, Float64Array>();
  readonly #most: number;
  /** Number of the kind of the photo that was added last. */
  #last = 0;
  length = 0;

  /** @param most Number of photos that will be added. */
  constructor(most: number) {
    this.#most = most;
    this.#starts = new Float64Array(most);
    this.#lengths = new Uint32Array(most);
    this.#hashes = Buffer.alloc(32 * most);
    this.#shared = new Uint32Array(most);
  }

  add(photo: KnownCandidate): void {
    const { id, origin, known } = photo;
    const index = this.length++;
    const bytes = Buffer.byteLength(id);
    if (this.#filled + bytes > piece) {
      this.#pieces.push(Buffer.alloc(Math.max(piece, bytes)));
      this.#filled = 0;
    }
    this.#pieces.at(-1)!.write(id, this.#filled);
    this.#starts[index] = (this.#pieces.length - 1) * piece + this.#filled;
    this.#lengths[index] = bytes;
    this.#filled += bytes;
    if (known.problem === undefined) this.#hashes.write(known.sha256, 32 * index, 'hex');
    const last = this.#kinds[this.#last];
    if (last && isLike(last, photo)) {
      for (const [name, column] of last.numbers)
        column[index] = origin[name as keyof StoredOrigin] as unknown as number;
      this.#shared[index] = this.#last;
      return;
    }
    const isBelow =
      (origin.kind === 'file' || origin.kind === 'remote') && origin.path.endsWith(id);
    const base: Record<string, unknown> = {};
    const numbers: string[] = [];
    for (const name in origin) {
      const value: unknown = origin[name as keyof StoredOrigin];
      if (typeof value === 'number') {
        this.#column(name)[index] = value;
        numbers.push(name);
      } else base[name] = isBelow && name === 'path' ? origin.path.slice(0, -id.length) : value;
    }
    const key = keyOf(photo, base, isBelow);
    const number = this.#numberOfKind.get(key) ?? this.#kinds.length;
    if (number === this.#kinds.length) {
      const columns = numbers.map(name => [name, this.#column(name)] as const);
      const { id: _, origin: __, known: ___, ...facts } = photo;
      const { problem } = known;
      const converted = known.problem === undefined ? known.converted : [];
      const isPlain = isPlainPhoto(photo);
      this.#kinds.push({ facts, base, numbers: columns, isBelow, isPlain, converted, problem });
      this.#numberOfKind.set(key, number);
    }
    this.#last = number;
    this.#shared[index] = number;
  }

  at(index: number): KnownCandidate {
    const shared = this.#kinds[this.#shared[index]!]!;
    const { className, classNames, group, part, columns } = shared.facts;
    const id = this.idOf(index);
    // Field by field, which is fifty times faster than to spread objects of many kinds.
    const photo: Writable = {
      id,
      className,
      origin: this.#originOf(shared, id, index),
      known: this.knownOf(index),
    };
    if (classNames) photo.classNames = classNames;
    if (group !== undefined) photo.group = group;
    if (part) photo.part = part;
    if (columns) photo.columns = columns;
    return photo;
  }

  factsOf(index: number): Shared['facts'] {
    return this.#kinds[this.#shared[index]!]!.facts;
  }

  knownOf(index: number): KnownCandidate['known'] {
    const { converted, problem } = this.#kinds[this.#shared[index]!]!;
    if (problem !== undefined) return { problem };
    return { sha256: this.#hashes.toString('hex', 32 * index, 32 * index + 32), converted };
  }

  #originOf({ base, numbers, isBelow }: Shared, id: string, index: number): StoredOrigin {
    const { kind, path } = base as StoredOrigin;
    if (kind === 'file' || kind === 'remote')
      return { kind, path: isBelow ? `${path}${id}` : path };
    if (kind === 'tar') {
      const [offset, size] = [this.#column('offset')[index]!, this.#column('size')[index]!];
      return { kind, path, offset, size };
    }
    const others = numbers.map(([name, column]) => [name, column[index]]);
    return { ...base, ...Object.fromEntries(others) } as StoredOrigin;
  }

  idOf(index: number): string {
    const start = this.#starts[index]!;
    const from = start % piece;
    return this.#pieces[Math.floor(start / piece)]!.toString(
      'utf8',
      from,
      from + this.#lengths[index]!,
    );
  }

  #column(field: string): Float64Array {
    const known = this.#numbers.get(field);
    if (known) return known;
    const made = new Float64Array(this.#most);
    this.#numbers.set(field, made);
    return made;
  }
}
