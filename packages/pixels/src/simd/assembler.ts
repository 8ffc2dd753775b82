import { immediates, inRange, signed, unsigned } from './encoding';

/** WebAssembly instructions as bytes; an expression leaves one value. Addresses and counts are 32-bit integers. */
export type Code = readonly number[];

/** A variable of a function. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

/** A function without a result. */
export interface Routine {
  readonly name: string;
  readonly parameters: number;
  /** Types of its variables, after the parameters. */
  readonly locals: readonly number[];
  readonly code: Code;
}

export const i32 = 0x7f;
const i64 = 0x7e;
const v128 = 0x7b;

const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode];

/** A constant. From 2 ** 31 on it has the bits of a number without a sign. */
export const number = (value: number): Code => [
  0x41,
  ...signed(inRange('A 32-bit constant', value, -(2 ** 31), 2 ** 32 - 1) | 0),
];
export const add = binary(0x6a);
export const subtract = binary(0x6b);
export const multiply = binary(0x6c);
export const and = binary(0x71);
export const or = binary(0x72);
export const shiftLeft = binary(0x74);
export const shiftRight = binary(0x75);
export const shiftRightUnsigned = binary(0x76);
export const equal = binary(0x46);
export const different = binary(0x47);
export const lessThan = binary(0x48);
export const greaterThan = binary(0x4a);

const access =
  (...opcode: number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 0, ...unsigned(offset)];
const storing =
  (...opcode: number[]) =>
  (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...opcode,
    0,
    ...unsigned(offset),
  ];
export const load32 = access(0x28);
export const load8 = access(0x2d);
/** With a sign. */
export const load16 = access(0x2e);
export const store32 = storing(0x36);
export const store16 = storing(0x3b);
export const store8 = storing(0x3a);

/** 64-bit integers. Of what they are shifted by, the lowest 6 bits count. */
export const long = {
  number: (value: number): Code => [
    0x42,
    ...signed(inRange('A 64-bit constant', value, -(2 ** 53) + 1, 2 ** 53 - 1)),
  ],
  load: access(0x29),
  /** 32 bits without a sign. */
  load32: access(0x35),
  store: storing(0x37),
  subtract: binary(0x7d),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shiftLeft: binary(0x86),
  shiftRight: binary(0x87),
  shiftRightUnsigned: binary(0x88),
  /** The lower 32 bits. */
  low: (value: Code): Code => [...value, 0xa7],
  /** The lower half of a vector. */
  ofVector: (value: Code): Code => [...value, 0xfd, 0x1d, 0],
};

/** 128-bit vectors, by the names of the specification. */
export const vector = {
  load: access(0xfd, 0x00),
  load32Splat: access(0xfd, 0x09),
  load32Zero: access(0xfd, 0x5c),
  load64Zero: access(0xfd, 0x5d),
  store: storing(0xfd, 0x0b),
  /** The lowest 32 bits. */
  store32: (address: Code, value: Code): Code => vector.store32Lane(address, value, 0),
  /** One quarter. */
  store32Lane: (address: Code, value: Code, lane: number): Code => [
    ...address,
    ...value,
    ...[0xfd, 0x5a, 0, 0, ...immediates('A quarter', [lane], 1, 3)],
  ],
  /** One half of 64 bits. */
  store64: (address: Code, value: Code, lane: 0 | 1): Code => [
    ...address,
    ...value,
    ...[0xfd, 0x5b, 0, 0, ...immediates('A half', [lane], 1, 1)],
  ],
  bytes: (...values: number[]): Code => [
    ...[0xfd, 0x0c],
    ...immediates('Bytes of a vector', values, 16, 255),
  ],
  /** Four equal 32-bit numbers. */
  splat32: (value: number): Code => [...number(value), 0xfd, 0x11],
  /** Eight equal 16-bit numbers. */
  splat16: (value: number): Code =>
    vector.spread16(number(inRange('A 16-bit constant', value, -(2 ** 15), 2 ** 16 - 1))),
  /** Eight times the lower 16 bits of an integer. */
  spread16: (value: Code): Code => [...value, 0xfd, 0x10],
  /** Sums of neighboring bytes, in 16 bits. */
  sumPairs8: ofOne(0x7d),
  /** Bytes of both, by place: 0 to 15 of the first, 16 to 31 of the second. */
  shuffle: (a: Code, b: Code, places: readonly number[]): Code => [
    ...a,
    ...b,
    ...[0xfd, 0x0d],
    ...immediates('Places of a shuffle', places, 16, 31),
  ],
  swizzle: ofTwo(0x0e),
  narrow32To16: ofTwo(0x85),
  narrow16ToSigned8: ofTwo(0x65),
  narrow16To8: ofTwo(0x66),
  extendLow8: ofOne(0x89),
  extendHigh8: ofOne(0x8a),
  extendLow16: ofOne(0xa7),
  extendHigh16: ofOne(0xa8),
  add8: ofTwo(0x6e),
  add16: ofTwo(0x8e),
  subtract16: ofTwo(0x91),
  /** Products shifted down by 15 bits, and rounded. */
  roundedProduct16: ofTwo(0x82),
  add32: ofTwo(0xae),
  subtract32: ofTwo(0xb1),
  /** Products of 16-bit numbers, neighbors summed. */
  dot: ofTwo(0xba),
  and: ofTwo(0x4e),
  or: ofTwo(0x50),
  shiftLeft16: shift(0x8b),
  shiftRight16: shift(0x8c),
  shiftRightUnsigned16: shift(0x8d),
  shiftLeft32: shift(0xab),
  shiftRight32: shift(0xac),
};

function ofOne(opcode: number) {
  return (value: Code): Code => [...value, 0xfd, ...unsigned(opcode)];
}

function ofTwo(opcode: number) {
  return (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(opcode)];
}

function shift(opcode: number) {
  return (value: Code, by: number): Code => [...value, ...number(by), 0xfd, ...unsigned(opcode)];
}

/** Variables of the function that is being written. */
export class Frame {
  readonly locals: number[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  integer = (): Local => this.#add(i32);
  long = (): Local => this.#add(i64);
  vector = (): Local => this.#add(v128);

  #add(type: number): Local {
    return local(this.#parameters + this.locals.push(type) - 1);
  }
}

const local = (index: number): Local => ({
  get: [0x20, ...unsigned(index)],
  set: value => [...value, 0x21, ...unsigned(index)],
});

/**
 * @param write Gets the variables and the parameters, and returns statements.
 * @throws RangeError when two parameters have one name: the first could not be reached.
 */
export function routine<const P extends readonly string[]>(
  name: string,
  parameters: P,
  write: (frame: Frame, given: Record<P[number], Local>) => Code[],
): Routine {
  if (new Set(parameters).size < parameters.length)
    throw new RangeError(`${name}: two parameters have one name, of ${parameters.join(', ')}.`);
  const frame = new Frame(parameters.length);
  const given = Object.fromEntries(parameters.map((each, index) => [each, local(index)]));
  const code = write(frame, given as Record<P[number], Local>).flat();
  return { name, parameters: parameters.length, locals: frame.locals, code };
}

/** Steps while `index` is below `end`. */
export function count(index: Local, end: Code, body: Code[], step = 1): Code {
  const done = [...index.get, ...end, 0x4e];
  const next = index.set(add(index.get, number(step)));
  return [0x02, 0x40, 0x03, 0x40, ...done, 0x0d, 1, ...body.flat(), ...next, 0x0c, 0, 0x0b, 0x0b];
}

/** Statements that `leave` ends. */
export const block = (...body: Code[]): Code => [0x02, 0x40, ...body.flat(), 0x0b];
/** Statements that `leave` begins again. */
export const repeat = (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0b];
/** Goes to the end of a block, or the beginning of what repeats. @param depth How many blocks and conditions there are around this up to it. */
export const leave = (depth: number): Code => [0x0c, ...unsigned(depth)];
export const leaveWhen = (depth: number, condition: Code): Code => [
  ...condition,
  0x0d,
  ...unsigned(depth),
];
/** Throws a `RuntimeError`. */
export const fail: Code = [0x00];

export const when = (condition: Code, ...yes: Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...yes.flat(),
  0x0b,
];

export const whenElse = (condition: Code, yes: Code[], no: Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...yes.flat(),
  0x05,
  ...no.flat(),
  0x0b,
];
