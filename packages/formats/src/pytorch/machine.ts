import type { Fail } from './error';

/** A list of Python. Tuples are arrays, dictionaries are maps, both of values as this file makes them. */
export class List {
  readonly items: unknown[] = [];
}

/** A function that a pickle may call. It checks its arguments. */
export type PythonFunction = (args: readonly unknown[]) => unknown;

/** No other value of a pickle is a function. */
const isFunction = (value: unknown): value is PythonFunction => typeof value === 'function';

/** What the objects of a pickle mean that are more than plain data. */
export interface PickleLanguage {
  /** Finds a function, or a class as an object. @throws PickleGlobalError if a pickle may not have it. */
  find(module: string, name: string): unknown;
  /** Finds an object outside the pickle. */
  persistent(id: unknown): unknown;
}

/** Thrown when the bytes end within a pickle. */
export class PickleEndError extends Error {
  override readonly name = 'PickleEndError';
}

/** The most steps and containers of one pickle. The state dict of 60,000 tensors has fewer; more are refused before they take memory. */
export const pickleLimits = { steps: 2_000_000, containers: 500_000 };

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The stack machine that a pickle is a program for, with the data that it may build. */
export class Machine {
  at: number;
  readonly language: PickleLanguage;
  readonly fail: Fail;
  readonly stack: unknown[] = [];
  readonly memo = new Map<number, unknown>();
  readonly #marks: number[] = [];
  readonly #bytes: Uint8Array;
  #containers = 0;

  constructor(bytes: Uint8Array, at: number, language: PickleLanguage, fail: Fail) {
    this.#bytes = bytes;
    this.at = at;
    this.language = language;
    this.fail = fail;
  }

  take(count: number): Uint8Array {
    const end = this.at + count;
    if (!(end <= this.#bytes.byteLength)) throw new PickleEndError('The bytes end within a pickle');
    const taken = this.#bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  /** Reads a number, little-endian. */
  uint(size: 1 | 2 | 4 | 8): number {
    return this.take(size).reduceRight((higher, byte) => 256 * higher + byte, 0);
  }

  float64(): number {
    const { buffer, byteOffset } = this.take(8);
    return new DataView(buffer, byteOffset).getFloat64(0);
  }

  text(length: number): string {
    try {
      return utf8.decode(this.take(length));
    } catch (error) {
      if (error instanceof PickleEndError) throw error;
      return this.fail('a text in its pickle is not UTF-8', error);
    }
  }

  /** Reads a text that ends with a line break. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    const text = this.text(end < 0 ? Infinity : end - this.at);
    this.at++;
    return text;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  /** Puts an object that takes memory on the stack. */
  hold(container: unknown): void {
    if (++this.#containers > pickleLimits.containers)
      this.fail(`its pickle has more than ${pickleLimits.containers} containers`);
    this.stack.push(container);
  }

  pop(): unknown {
    if (this.stack.length <= (this.#marks.at(-1) ?? 0))
      this.fail('its pickle takes what is not there');
    return this.stack.pop();
  }

  peek(): unknown {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    this.#marks.push(this.stack.length);
  }

  /** Takes everything above the last mark. */
  popToMark(): unknown[] {
    const from = this.#marks.pop() ?? this.fail('its pickle takes what is not there');
    return this.stack.splice(from);
  }

  remembered(index: number): void {
    if (!this.memo.has(index)) this.fail('its pickle names an object that it does not have');
    this.stack.push(this.memo.get(index));
  }

  append(items: readonly unknown[]): void {
    const list = this.peek();
    if (list instanceof List) for (const item of items) list.items.push(item);
    else this.fail('its pickle appends to what is no list');
  }

  setItems(items: readonly unknown[]): void {
    const target = this.peek();
    if (target instanceof Map) setAll(target, items, this.fail);
    else this.fail('its pickle sets an item of what is no dictionary');
  }

  find(module: unknown, name: unknown): void {
    if (typeof module === 'string' && typeof name === 'string')
      this.stack.push(this.language.find(module, name));
    else this.fail('its pickle names a class by what is no text');
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (isFunction(callee) && Array.isArray(args)) this.hold(callee(args));
    else this.fail('its pickle calls what is no function');
  }

  /** Sets the attributes of an object. Dictionaries may have some, such as the `_metadata` of a state dict; they are not needed. */
  build(): void {
    const state = this.pop();
    if (!(state instanceof Map) || !(this.peek() instanceof Map))
      this.fail('its pickle sets attributes of what is no dictionary');
  }
}

/** Puts keys and values, which alternate, into a dictionary. */
export function setAll(
  target: Map<unknown, unknown>,
  items: readonly unknown[],
  fail: Fail,
): Map<unknown, unknown> {
  if (items.length % 2 === 1) fail('its pickle has a key without a value');
  for (let place = 0; place < items.length; place += 2) target.set(items[place], items[place + 1]);
  return target;
}
