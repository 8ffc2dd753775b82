import {
  type Code,
  load32,
  long,
  number,
  type Routine,
  routine,
  store32,
  vector,
} from '../../src/simd/assembler';
import { assemble } from '../../src/simd/module';

/** What routines export, each by its name, and the bytes of their memory. */
export function assembled(...routines: Routine[]) {
  const module = new WebAssembly.Module(assemble(routines));
  const { memory, ...rest } = new WebAssembly.Instance(module).exports;
  const calls = rest as Record<string, (...values: number[]) => void>;
  return { calls, module, bytes: new Uint8Array((memory as WebAssembly.Memory).buffer) };
}

export const kinds = {
  integer: { load: load32, store: store32, size: 4 },
  long: { load: long.load, store: long.store, size: 8 },
  vector: { load: vector.load, store: vector.store, size: 16 },
};
export type Kind = keyof typeof kinds;

/** Operands of up to 16 bytes each to the bytes of what is computed of them. */
export function computing(from: Kind, to: Kind, expression: (a: Code, b: Code) => Code) {
  const { load } = kinds[from];
  const { store, size } = kinds[to];
  const code = store(number(32), expression(load(number(0)), load(number(16))));
  const { calls, bytes } = assembled(routine('compute', [], () => [code]));
  return (...operands: ArrayBufferView[]): Uint8Array => {
    operands.forEach((operand, index) => {
      bytes.set(bytesOf(operand), 16 * index);
    });
    calls.compute!();
    return bytes.slice(32, 32 + size);
  };
}

export const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
