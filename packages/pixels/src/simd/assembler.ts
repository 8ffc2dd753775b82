import { immediates, inRange, signed, unsigned } from './encoding';

/** WebAssembly instructions as bytes; an expression leaves one value on the stack. Addresses and counts are 32-bit integers. */
export type Code = readonly number[];

/** A local variable of a WebAssembly function. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

/** A WebAssembly function without a result. */
export interface Routine {
  readonly name: string;
  readonly parameters: number;
  /** Types of the function's variables, after its parameters. */
  readonly locals: readonly number[];
  readonly code: Code;
}

export const i32 = 0x7f;
const i64 = 0x7e;
const v128 = 0x7b;

const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode];

/** A 32-bit constant. Values of 2 ** 31 and more are taken as unsigned. */
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
/** Loads 16 bits, sign-extended. */
export const load16 = access(0x2e);
export const store32 = storing(0x36);
export const store16 = storing(0x3b);
export const store8 = storing(0x3a);

/** Instructions on 64-bit integers. Shifts use only the lowest 6 bits of their second operand. */
export const long = {
  number: (value: number): Code => [
    0x42,
    ...signed(inRange('A 64-bit constant', value, -(2 ** 53) + 1, 2 ** 53 - 1)),
  ],
  load: access(0x29),
  /** Loads 32 bits, zero-extended. */
  load32: access(0x35),
  store: storing(0x37),
  subtract: binary(0x7d),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shiftLeft: binary(0x86),
  shiftRight: binary(0x87),
  shiftRightUnsigned: binary(0x88),
  /** The lower 32 bits of a 64-bit integer. */
  low: (value: Code): Code => [...value, 0xa7],
  /** The lower half of a vector, as a 64-bit integer. */
  ofVector: (value: Code): Code => [...value, 0xfd, 0x1d, 0],
};

/** Instructions on 128-bit vectors, with names as in the WebAssembly specification. */
export const vector = {
  load: access(0xfd, 0x00),
  load32Splat: access(0xfd, 0x09),
  load32Zero: access(0xfd, 0x5c),
  load64Zero: access(0xfd, 0x5d),
  store: storing(0xfd, 0x0b),
  /** Stores the lowest 32 bits of a vector. */
  store32: (address: Code, value: Code): Code => vector.store32Lane(address, value, 0),
  /** Stores one quarter (32 bits) of a vector. */
  store32Lane: (address: Code, value: Code, lane: number): Code => [
    ...address,
    ...value,
    ...[0xfd, 0x5a, 0, 0, ...immediates('A quarter', [lane], 1, 3)],
  ],
  /** Stores one half (64 bits) of a vector. */
  store64: (address: Code, value: Code, lane: 0 | 1): Code => [
    ...address,
    ...value,
    ...[0xfd, 0x5b, 0, 0, ...immediates('A half', [lane], 1, 1)],
  ],
  bytes: (...values: number[]): Code => [
    ...[0xfd, 0x0c],
    ...immediates('Bytes of a vector', values, 16, 255),
  ],
  /** A vector of four equal 32-bit numbers. */
  splat32: (value: number): Code => [...number(value), 0xfd, 0x11],
  /** A vector of eight equal 16-bit numbers. */
  splat16: (value: number): Code =>
    vector.spread16(number(inRange('A 16-bit constant', value, -(2 ** 15), 2 ** 16 - 1))),
  /** A vector of eight copies of the lower 16 bits of an integer. */
  spread16: (value: Code): Code => [...value, 0xfd, 0x10],
  /** Sums of neighboring bytes, as 16-bit numbers. */
  sumPairs8: ofOne(0x7d),
  /** Picks 16 bytes from two vectors by position: 0 to 15 from the first vector, 16 to 31 from the second. */
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
  /** Products of 16-bit numbers, shifted right by 15 bits and rounded. */
  roundedProduct16: ofTwo(0x82),
  add32: ofTwo(0xae),
  subtract32: ofTwo(0xb1),
  /** Products of 16-bit numbers; the products of neighbors are added. */
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

/** The local variables of the function that is being written. */
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
 * @param write Receives the variables and the parameters, and returns the statements of the function.
 * @throws RangeError when two parameters have the same name, since the first could not be accessed.
 */
export function routine<const P extends readonly string[]>(
  name: string,
  parameters: P,
  write: (frame: Frame, given: Record<P[number], Local>) => Code[],
): Routine {
  if (new Set(parameters).size < parameters.length)
    throw new RangeError(
      `${name}: two parameters have the same name, in ${parameters.join(', ')}.`,
    );
  const frame = new Frame(parameters.length);
  const given = Object.fromEntries(parameters.map((each, index) => [each, local(index)]));
  const code = write(frame, given as Record<P[number], Local>).flat();
  return { name, parameters: parameters.length, locals: frame.locals, code };
}

/** Repeats the body while `index` is below `end`, and increases `index` by `step` each time. */
export function count(index: Local, end: Code, body: Code[], step = 1): Code {
  const done = [...index.get, ...end, 0x4e];
  const next = index.set(add(index.get, number(step)));
  return [0x02, 0x40, 0x03, 0x40, ...done, 0x0d, 1, ...body.flat(), ...next, 0x0c, 0, 0x0b, 0x0b];
}

/** A block of statements. `leave` jumps to its end. */
export const block = (...body: Code[]): Code => [0x02, 0x40, ...body.flat(), 0x0b];
/** A loop: `leave` jumps back to its beginning. */
export const repeat = (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0b];
/**
 * Jumps to the end of a block or to the beginning of a loop. @param depth How many blocks, loops and
 * conditions lie between this jump and its target.
 */
export const leave = (depth: number): Code => [0x0c, ...unsigned(depth)];
export const leaveWhen = (depth: number, condition: Code): Code => [
  ...condition,
  0x0d,
  ...unsigned(depth),
];
/** Makes the function throw a `RuntimeError`. */
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
