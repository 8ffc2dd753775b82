const utf8 = new TextEncoder();

/** Byte strings larger than this many bytes are kept by reference until the message is complete. */
const largeBytes = 4096;

/**
 * A protocol buffers message under construction. Numbers go to a growing buffer. Large byte strings (weights) are kept by reference until
 * {@link Message.toBytes}, so that they are copied only once even in deeply nested messages.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 * @example
 * ```ts
 * new Message().integer(1, 150).toBytes(); // Uint8Array [8, 150, 1]
 * new Message().message(3, new Message().integer(1, 150)).toBytes(); // Uint8Array [26, 3, 8, 150, 1]
 * ```
 */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #sealed = 0;
  #buffer = new Uint8Array(64);
  #used = 0;

  get byteLength(): number {
    return this.#sealed + this.#used;
  }

  /**
   * Writes an integer. Negative integers are written in 64-bit two's complement.
   *
   * @throws RangeError when the value is not an integer or is beyond 2^53 - 1.
   */
  integer(field: number, value: number): this {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`Field ${field} should be a whole number within 2^53; it is ${value}.`);
    this.#varint(field * 8);
    if (value >= 0) this.#varint(value);
    else this.#negative(value);
    return this;
  }

  /** Writes a 32-bit floating-point number. */
  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setFloat32(this.#used, value, true);
    this.#used += 4;
    return this;
  }

  /** Writes a 64-bit floating-point number. */
  double(field: number, value: number): this {
    this.#varint(field * 8 + 1);
    this.#reserve(8);
    new DataView(this.#buffer.buffer).setFloat64(this.#used, value, true);
    this.#used += 8;
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.byteLength);
    this.#append(value);
    return this;
  }

  message(field: number, value: Message): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.byteLength);
    for (const part of value.#parts) this.#append(part);
    this.#append(value.#buffer.subarray(0, value.#used));
    return this;
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.byteLength);
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.byteLength;
    }
    bytes.set(this.#buffer.subarray(0, this.#used), offset);
    return bytes;
  }

  #append(bytes: Uint8Array): void {
    if (bytes.byteLength > largeBytes) {
      this.#parts.push(this.#buffer.slice(0, this.#used), bytes);
      this.#sealed += this.#used + bytes.byteLength;
      this.#used = 0;
      return;
    }
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.byteLength;
  }

  /** Writes seven bits per byte, the lowest bits first. The top bit of a byte is set if more bytes follow. */
  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#used++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#used++] = rest;
  }

  #negative(value: number): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#buffer[this.#used++] = Number(rest & 127n) + 128;
      rest >>= 7n;
    }
    this.#buffer[this.#used++] = Number(rest);
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.byteLength) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.byteLength, this.#used + bytes));
    larger.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = larger;
  }
}
