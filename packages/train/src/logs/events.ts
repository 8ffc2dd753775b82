import { Message } from '@shroom/formats';

/** The values of one step in TensorBoard. */
export interface ScalarEvent {
  /** Number of the step, whole and 0 or more: an epoch, or an optimizer step. */
  readonly step: number;
  /** Time in milliseconds since 1970. */
  readonly time: number;
  /** Values by the name of the chart, such as `loss`; stored as 32-bit floats. */
  readonly values: Readonly<Record<string, number>>;
}

/**
 * The first record of an event file. TensorBoard recognizes the file by it.
 *
 * @param time Milliseconds since 1970.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const file = 'runs/a/events.out.tfevents.1';
 * await writeFile(file, encodeVersion(Date.now())); // once; then append `encodeScalars` records
 * ```
 */
export function encodeVersion(time: number): Uint8Array {
  return record(new Message().double(1, time / 1000).string(3, 'brain.Event:2'));
}

/**
 * One record of an event file. A file consists of one `encodeVersion` record and any number of these records; the file name
 * has to contain `tfevents`.
 *
 * @see https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 * @see https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/summary.proto
 * @example
 * ```ts
 * import { appendFile } from 'node:fs/promises';
 *
 * const event = encodeScalars({ step: 1, time: Date.now(), values: { loss: 0.7, accuracy: 0.8 } });
 * await appendFile('runs/a/events.out.tfevents.1', event); // after the `encodeVersion` record
 * ```
 */
export function encodeScalars({ step, time, values }: ScalarEvent): Uint8Array {
  if (!(Number.isSafeInteger(step) && step >= 0)) {
    throw new RangeError(`The step is ${step}; it should be a whole number, 0 or more.`);
  }
  const summary = new Message();
  for (const [tag, value] of Object.entries(values))
    summary.message(1, new Message().string(1, tag).float(2, value));
  return record(
    new Message()
      .double(1, time / 1000)
      .integer(2, step)
      .message(5, summary),
  );
}

/** A record consists of the length, the checksum of the length, the content, and the checksum of the content. */
function record(message: Message): Uint8Array {
  const content = message.toBytes();
  const bytes = new Uint8Array(content.length + 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length, true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(content, 12);
  view.setUint32(12 + content.length, maskedChecksum(content), true);
  return bytes;
}

/** Table of CRC-32C (Castagnoli, reflected) by byte. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** CRC-32C, rotated and offset (masked) as the format requires, because CRCs of data that contain CRCs are weak. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
