import {
  add,
  and,
  type Code,
  count,
  load32,
  multiply,
  number,
  routine,
  shiftLeft,
  shiftRight,
  shiftRightUnsigned,
  store32,
} from './assembler';

/**
 * Writes rows of an affinely transformed picture. A table per channel converts each byte. Positions are 16.16 fixed-point numbers. The
 * pitches are the bytes from one row or column to the next; a negative pitch mirrors. Four bytes are read for the last pixel too.
 *
 * @param insides For each row, from the first: the column where the source begins and the column where it ends. Pixels outside are black.
 * @param first,third By how many bits a pixel is shifted right for its first and its third number.
 */
export const gather = routine(
  'gather',
  [
    ...(['source', 'rowPitch', 'columnPitch', 'width', 'target', 'tables', 'insides'] as const),
    ...(['first', 'third', 'from', 'to', 'startX', 'startY'] as const),
    ...(['acrossX', 'acrossY', 'downX', 'downY'] as const),
  ],
  (frame, given) => {
    const { source, rowPitch, columnPitch, width, target, tables, insides } = given;
    const { first, third, from, to, startX, startY, acrossX, acrossY, downX, downY } = given;
    const [x, atX, atY, pixel, end] = Array.from({ length: 5 }, frame.integer);
    const y = from;
    const write = (channel: number, byteTimes4: Code) =>
      store32(target.get, load32(add(tables.get, byteTimes4), 1024 * channel), 4 * channel);
    const black = [0, 1, 2].map(channel => write(channel, number(0)));
    const times4 = (shift: Code) => and(shiftRightUnsigned(pixel!.get, shift), number(255 << 2));
    const part = (position: Code, pitch: Code) => multiply(shiftRight(position, number(16)), pitch);
    const next = target.set(add(target.get, number(12)));
    const inside = add(insides.get, shiftLeft(y.get, number(3)));
    const start = (begin: Code, down: Code, across: Code) =>
      add(add(begin, multiply(y.get, down)), multiply(x!.get, across));
    return [
      count(y, to.get, [
        x!.set(number(0)),
        end!.set(load32(inside)),
        count(x!, end!.get, [...black, next]),
        atX!.set(start(startX.get, downX.get, acrossX.get)),
        atY!.set(start(startY.get, downY.get, acrossY.get)),
        end!.set(load32(inside, 4)),
        count(x!, end!.get, [
          pixel!.set(
            shiftLeft(
              load32(
                add(source.get, add(part(atY!.get, rowPitch.get), part(atX!.get, columnPitch.get))),
              ),
              number(2),
            ),
          ),
          write(0, times4(first.get)),
          write(1, times4(number(8))),
          write(2, times4(third.get)),
          atX!.set(add(atX!.get, acrossX.get)),
          atY!.set(add(atY!.get, acrossY.get)),
          next,
        ]),
        count(x!, width.get, [...black, next]),
      ]),
    ];
  },
);
