import { describe, expect, test } from 'vitest';
import { Message } from '../src/index';

const bytesOf = (message: Message) => [...message.toBytes()];

describe('a protobuf message', () => {
  test('has the bytes of the examples of its documentation', () => {
    // https://protobuf.dev/programming-guides/encoding/: 150, "testing", and a message of 150 in field 3.
    expect(bytesOf(new Message().integer(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(bytesOf(new Message().string(2, 'testing'))).toEqual([
      0x12,
      0x07,
      ...new TextEncoder().encode('testing'),
    ]);
    expect(bytesOf(new Message().message(3, new Message().integer(1, 150)))).toEqual([
      0x1a, 0x03, 0x08, 0x96, 0x01,
    ]);
    // Two's complement of 64 bits, lowest seven first.
    expect(bytesOf(new Message().integer(1, -2))).toEqual([
      0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
    ]);
    expect(bytesOf(new Message().float(2, 0.5))).toEqual([0x15, 0, 0, 0, 0x3f]);
    expect(bytesOf(new Message().double(1, 0.5))).toEqual([0x09, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f]);
    expect(bytesOf(new Message().integer(20, 2 ** 40))).toEqual([
      ...[0xa0, 0x01],
      ...[0x80, 0x80, 0x80, 0x80, 0x80, 0x20],
    ]);
  });

  test('holds large byte strings at any depth, each once and in place', () => {
    const large = new Uint8Array(5000).fill(7);
    const inner = new Message().integer(1, 1).bytes(2, large).integer(3, 3);
    const outer = new Message().message(4, inner).string(5, 'end');
    const bytes = outer.toBytes();
    expect(bytes.length).toBe(outer.byteLength);
    expect([...bytes.subarray(0, 9)]).toEqual([0x22, 0x8f, 0x27, 0x08, 1, 0x12, 0x88, 0x27, 7]);
    expect([...bytes.subarray(8 + 5000)]).toEqual([0x18, 3, 0x2a, 3, 0x65, 0x6e, 0x64]);
  });

  test.each([0.5, Number.NaN, Infinity, 2 ** 53])('refuses %d as a whole number', value => {
    expect(() => new Message().integer(1, value)).toThrow(RangeError);
  });
});
