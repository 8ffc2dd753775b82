import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeScalars, encodeVersion, historyCsv } from '../../src/index';
import { crc32c } from '../../src/logs/events';

describe('event files', () => {
  test("are TensorBoard's own, byte by byte", () => {
    const written = Buffer.concat([
      encodeVersion(1_700_000_000_250),
      encodeScalars({ step: 1, time: 1_700_000_001_500, values: { loss: 1.25, accuracy: 0.5 } }),
      encodeScalars({
        step: 2,
        time: 1_700_000_002_500,
        values: { loss: 0.1, learning_rate: 1e-3, größe: -3.5 },
      }),
      encodeScalars({
        step: 300,
        time: 1_700_000_003_000,
        values: { loss: Number.POSITIVE_INFINITY },
      }),
      encodeScalars({
        step: 2 ** 40 + 7,
        time: 1_700_000_004_000,
        values: { ['x'.repeat(200)]: 7 },
      }),
    ]);
    const reference = readFileSync(
      new URL('../reference/events.out.tfevents.reference', import.meta.url),
    );
    expect(written.equals(reference)).toBe(true);
  });

  test('carry the checksum of the Castagnoli polynomial', () => {
    // RFC 3720, B.4.
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  });

  test('have whole steps', () => {
    expect(() => encodeScalars({ step: 0.5, time: 0, values: {} })).toThrow(/The step is 0.5/);
  });
});

test('the table of the history leaves out what is not known', () => {
  const row = {
    epoch: 1,
    trainLoss: 2,
    validationLoss: 1.5,
    validationAccuracy: 0.5,
    validationMacroF1: 0.25,
    learningRate: 0.001,
    best: true,
  };
  expect(historyCsv([row, { ...row, epoch: 2, trainAccuracy: 0.75 }])).toBe(
    'epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,validation_macro_f1,learning_rate\n' +
      '1,2,,1.5,0.5,0.25,0.001\n2,2,0.75,1.5,0.5,0.25,0.001\n',
  );
});
