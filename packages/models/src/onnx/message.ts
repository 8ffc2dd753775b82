const utf8 = new TextEncoder();

/**
 * A protobuf message being written. Byte strings, such as weights, are kept by reference until they are all joined, so
 * that they are copied once however deeply they are nested.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** A whole number of 0 or more. */
  integer(field: number, value: number): this {
    return this.#append(varint(field * 8)).#append(varint(value));
  }

  /** A 32-bit floating-point number. */
  float(field: number, value: number): this {
    return this.#append(varint(field * 8 + 5)).#append(
      new Uint8Array(Float32Array.of(value).buffer),
    );
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#append(varint(field * 8 + 2))
      .#append(varint(value.byteLength))
      .#append(value);
  }

  message(field: number, value: Message): this {
    this.#append(varint(field * 8 + 2)).#append(varint(value.#length));
    for (const part of value.#parts) this.#append(part);
    return this;
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.byteLength;
    }
    return bytes;
  }

  #append(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.byteLength;
    return this;
  }
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
