import {
  add,
  and,
  block,
  type Code,
  count,
  different,
  equal,
  fail,
  greaterThan,
  kernel,
  leave,
  leaveWhen,
  lessThan,
  load32,
  long,
  multiply,
  number,
  or,
  repeat,
  shiftLeft,
  shiftRight,
  shiftRightUnsigned,
  store8,
  store16,
  store32,
  subtract,
  vector,
  when,
} from './assembler';

/** Bits of a Huffman code that are looked up at once. */
export const lookedUp = 10;

/**
 * A Huffman code, ready for reading. An entry holds, from the lowest bits on: 8 bits, the length of a code and its value
 * together; 8 bits, the length of the code; 8 bits, 64 less the length of the value; 8 bits, how many coefficients to go on
 * (of DC codes: whether there is a value), or one of `special`. In bytes from the address of the table:
 */
export const codeTable = {
  /** An entry for each of the numbers that the next bits can be. */
  entries: 0,
  /** By the length of a code: the first 16 bits that are beyond codes of this length. */
  limits: 4 << lookedUp,
  /** By the length of a code: what to add to it for the place of its entry. */
  offsets: (4 << lookedUp) + 4 * 17,
  /** Entries of all codes, the shortest first. */
  places: (4 << lookedUp) + 4 * 34,
  size: (4 << lookedUp) + 4 * 34 + 4 * 256,
} as const;

/** In place of how many coefficients to go on; all are more than a block has. */
export const special = { end: 64, sixteenZeros: 65, longCode: 66 } as const;

/** Where the reading stands, in bytes from its address. `ahead` are 64 bits, of which the upper `bits` are to be read. */
export const scanState = { pointer: 0, bits: 4, ahead: 8, size: 16 } as const;

/** What is known of each block of a unit, in 32-bit numbers from its address; all but the last are addresses. */
export const blockPlan = {
  dc: 0,
  ac: 1,
  /** By place in the file: natural place of a coefficient in bytes, and what to multiply it by, 16 bits each. */
  quantisation: 2,
  /** Of the first unit in a row; the following ones come `step` blocks later. */
  coefficients: 3,
  /** A byte for each block: places of what is not zero, joined by `or`, in bytes. */
  extents: 4,
  /** The last DC value. */
  predecessor: 5,
  step: 6,
  size: 7,
} as const;

/**
 * Reads units of blocks: Huffman codes to multiplied coefficients, which are 0 before. Fails where the data is damaged, and
 * may read 1.5 kB behind the end before.
 *
 * @param first,last Units of a row to read, up to the last.
 * @param end Address behind the coded data.
 * @see ITU T.81, F.2.2; Giesen 2018, Reading bits in far too many ways, variant 4
 */
export const scan = kernel(
  'scan',
  ['state', 'blocks', 'blocksEnd', 'first', 'last', 'end'],
  (frame, { state, blocks, blocksEnd, first, last, end }) => {
    const { integer } = frame;
    const [plan, pointer, coefficients, quantisation, ac] = [
      integer(),
      integer(),
      integer(),
      integer(),
      integer(),
    ];
    const [k, length, extent, value, scaling] = [
      integer(),
      integer(),
      integer(),
      integer(),
      integer(),
    ];
    const [ahead, bits, entry, rest, flip] = [
      frame.long(),
      frame.long(),
      frame.long(),
      frame.long(),
      frame.long(),
    ];
    const planned = (name: keyof typeof blockPlan) => load32(plan.get, 4 * blockPlan[name]);
    const { shiftLeft: left, shiftRightUnsigned: right, low } = long;
    const eightBytes = vector.swizzle(
      vector.load64Zero(pointer.get),
      vector.bytes(7, 6, 5, 4, 3, 2, 1, 0, ...Array(8).fill(255)),
    );
    /** At least 56 bits: two codes with values. */
    const refill = [
      ahead.set(long.or(ahead.get, right(long.ofVector(eightBytes), bits.get))),
      pointer.set(
        add(pointer.get, low(right(long.subtract(long.number(63), bits.get), long.number(3)))),
      ),
      bits.set(long.or(bits.get, long.number(56))),
    ];
    const onwards = low(right(entry.get, long.number(24)));
    const lookUp = (table: Code) => {
      const place = and(low(right(ahead.get, long.number(64 - lookedUp - 2))), number(4092));
      return entry.set(long.load32(add(table, place)));
    };
    const findLong = (table: Code) => {
      const code = low(right(ahead.get, long.number(48)));
      const times4 = (index: Code) => shiftLeft(index, number(2));
      const byLength = (offset: number) => load32(add(table, times4(length.get)), offset);
      return [
        length.set(number(lookedUp + 1)),
        block(
          repeat(
            leaveWhen(1, lessThan(code, byLength(codeTable.limits))),
            length.set(add(length.get, number(1))),
            leaveWhen(0, lessThan(length.get, number(17))),
            fail,
          ),
        ),
        entry.set(
          long.load32(
            add(
              table,
              times4(
                add(
                  shiftRight(code, subtract(number(16), length.get)),
                  byLength(codeTable.offsets),
                ),
              ),
            ),
            codeTable.places,
          ),
        ),
      ];
    };
    const consume = [
      ahead.set(left(ahead.get, entry.get)),
      bits.set(long.subtract(bits.get, long.and(entry.get, long.number(63)))),
    ];
    /** A value that begins with a 0 is negative, and has all bits inverted. */
    const readValue = [
      rest.set(left(ahead.get, right(entry.get, long.number(8)))),
      ...consume,
      flip.set(long.xor(long.shiftRight(rest.get, long.number(63)), long.number(-1))),
      value.set(
        low(
          long.subtract(
            long.xor(
              right(long.xor(rest.get, flip.get), right(entry.get, long.number(16))),
              flip.get,
            ),
            flip.get,
          ),
        ),
      ),
    ];
    const isSpecial = (what: keyof typeof special) => equal(onwards, number(special[what]));
    const dc = [
      lookUp(planned('dc')),
      when(isSpecial('longCode'), ...findLong(planned('dc'))),
      ...readValue,
      // Without a value there is no difference.
      value.set(and(value.get, subtract(number(0), onwards))),
      value.set(add(value.get, load32(planned('predecessor')))),
      store32(planned('predecessor'), value.get),
      store16(coefficients.get, multiply(value.get, load32(quantisation.get))),
    ];
    const beyondLast = greaterThan(k.get, number(63));
    const coefficient = [
      lookUp(ac.get),
      k.set(add(k.get, onwards)),
      when(
        beyondLast,
        when(
          isSpecial('longCode'),
          k.set(subtract(k.get, number(special.longCode))),
          ...findLong(ac.get),
          k.set(add(k.get, onwards)),
        ),
        when(
          beyondLast,
          ...consume,
          leaveWhen(3, isSpecial('end')),
          when(different(onwards, number(special.sixteenZeros)), fail),
          k.set(subtract(k.get, number(special.sixteenZeros - 16))),
          when(greaterThan(k.get, number(62)), fail),
          ...refill,
          leave(2),
        ),
      ),
      ...readValue,
      scaling.set(load32(add(quantisation.get, shiftLeft(k.get, number(2))))),
      store16(
        add(coefficients.get, shiftRightUnsigned(scaling.get, number(16))),
        multiply(value.get, scaling.get),
      ),
      extent.set(or(extent.get, scaling.get)),
      leaveWhen(1, equal(k.get, number(63))),
    ];
    const unit = first;
    const index = multiply(unit.get, planned('step'));
    return [
      pointer.set(load32(state.get, scanState.pointer)),
      bits.set(long.load32(state.get, scanState.bits)),
      ahead.set(long.load(state.get, scanState.ahead)),
      count(unit, last.get, [
        plan.set(blocks.get),
        count(
          plan,
          blocksEnd.get,
          [
            coefficients.set(add(planned('coefficients'), shiftLeft(index, number(7)))),
            quantisation.set(planned('quantisation')),
            ac.set(planned('ac')),
            ...refill,
            ...dc,
            k.set(number(0)),
            extent.set(number(0)),
            block(repeat(...coefficient, ...refill, ...coefficient, leave(0))),
            store8(add(planned('extents'), index), shiftRightUnsigned(extent.get, number(16))),
          ],
          4 * blockPlan.size,
        ),
        when(
          greaterThan(
            subtract(shiftLeft(pointer.get, number(3)), low(bits.get)),
            shiftLeft(end.get, number(3)),
          ),
          fail,
        ),
      ]),
      store32(state.get, pointer.get, scanState.pointer),
      store32(state.get, low(bits.get), scanState.bits),
      long.store(state.get, ahead.get, scanState.ahead),
    ];
  },
);
