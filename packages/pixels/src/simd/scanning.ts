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
  leave,
  leaveWhen,
  lessThan,
  load32,
  long,
  multiply,
  number,
  or,
  repeat,
  routine,
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
import { blockPlan, codeTable, lookedUp, scanState, special } from './coding';

/**
 * Decodes units of blocks: Huffman codes become dequantized coefficients, in blocks that are 0 before. The routine fails if the data is
 * damaged, and may read up to 1.5 kB after the end of the data before it fails.
 *
 * @param first,last The units of a row to decode, from `first` up to but not including `last`.
 * @param end Address after the coded data.
 * @see ITU T.81, F.2.2; Giesen 2018, Reading bits in far too many ways, variant 4
 */
export const scan = routine(
  'scan',
  ['state', 'blocks', 'blocksEnd', 'first', 'last', 'end'],
  (frame, { state, blocks, blocksEnd, first, last, end }) => {
    const { integer } = frame;
    const [plan, pointer, coefficients, quantization, ac] = [
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
    /** Makes sure that at least 56 bits are buffered: enough for two codes with their values. */
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
    /** A value whose first bit is 0 is negative, and all its bits are inverted. */
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
      // If there is no value, the DC difference is 0.
      value.set(and(value.get, subtract(number(0), onwards))),
      value.set(add(value.get, load32(planned('predecessor')))),
      store32(planned('predecessor'), value.get),
      store16(coefficients.get, multiply(value.get, load32(quantization.get))),
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
      scaling.set(load32(add(quantization.get, shiftLeft(k.get, number(2))))),
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
            quantization.set(planned('quantization')),
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
