import {
  add,
  and,
  type Code,
  count,
  kernel,
  lessThanUnsigned,
  load8,
  load32,
  multiply,
  number,
  shiftRight,
  store32,
  whenElse,
} from './assembler';

/**
 * Pixels of an affine picture, each byte by the table of its channel. Positions are 16.16 fixed point; what lies outside is
 * black. Pitches are bytes from one row and column to the next: negative ones mirror.
 */
export const gather = kernel(
  'gather',
  [
    ...(['source', 'rowPitch', 'columnPitch', 'height', 'width', 'target', 'tables'] as const),
    ...(['first', 'third', 'startX', 'startY', 'acrossX', 'acrossY', 'downX', 'downY'] as const),
  ],
  (frame, given) => {
    const { source, rowPitch, columnPitch, height, width, target, tables } = given;
    const { first, third, startX, startY, acrossX, acrossY, downX, downY } = given;
    const [y, x, atX, atY, row, column, from] = Array.from({ length: 7 }, frame.integer);
    const one = number(1);
    const write = (channel: number, byte: Code) =>
      store32(
        target.get,
        load32(add(tables.get, multiply(byte, number(4))), 1024 * channel),
        4 * channel,
      );
    return [
      count(y!, height.get, [
        atX!.set(add(startX.get, multiply(y!.get, downX.get))),
        atY!.set(add(startY.get, multiply(y!.get, downY.get))),
        x!.set(number(0)),
        count(x!, width.get, [
          column!.set(shiftRight(atX!.get, number(16))),
          row!.set(shiftRight(atY!.get, number(16))),
          whenElse(
            and(lessThanUnsigned(column!.get, width.get), lessThanUnsigned(row!.get, height.get)),
            [
              from!.set(
                add(
                  source.get,
                  add(multiply(row!.get, rowPitch.get), multiply(column!.get, columnPitch.get)),
                ),
              ),
              write(0, load8(add(from!.get, first.get))),
              write(1, load8(add(from!.get, one))),
              write(2, load8(add(from!.get, third.get))),
            ],
            [0, 1, 2].map(channel => write(channel, number(0))),
          ),
          atX!.set(add(atX!.get, acrossX.get)),
          atY!.set(add(atY!.get, acrossY.get)),
          target.set(add(target.get, number(12))),
        ]),
      ]),
    ];
  },
);
