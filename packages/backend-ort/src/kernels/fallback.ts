import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  backend_util,
  getKernel,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { BackendValues, OrtBackend } from '../backend';

/** How often each kernel ran in JavaScript because it has no ONNX form for what it was given. */
const counts = new Map<string, number>();
let cpu: MathBackendCPU | undefined;

/** What kernels are given: tensors by name, or lists of them, also in place of the names. */
type Inputs =
  | TensorInfo
  | null
  | undefined
  | readonly Inputs[]
  | { readonly [name: string]: Inputs };

/**
 * How often each kernel ran in JavaScript, by the `cpu` backend, since the start of the program.
 *
 * @example
 * ```ts
 * // After a prediction: what ran in JavaScript, and may keep a model from being fast.
 * console.table(fallbackCounts());
 * ```
 */
export function fallbackCounts(): Readonly<Record<string, number>> {
  return Object.fromEntries(counts);
}

/** Runs a kernel of `@tensorflow/tfjs-backend-cpu` on values of ours. */
export function runFallback(
  kernelName: string,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  backend: OrtBackend,
): TensorInfo | TensorInfo[] {
  counts.set(kernelName, (counts.get(kernelName) ?? 0) + 1);
  cpu ??= quietBackend();
  const visit = new Visit(cpu, backend);
  try {
    const given = visit.lend(inputs) as NamedTensorInfoMap;
    const { kernelFunc } = getKernel(kernelName, 'cpu');
    const result = kernelFunc({ inputs: given, attrs: attrs ?? {}, backend: cpu });
    return Array.isArray(result) ? result.map(info => visit.keep(info)) : visit.keep(result);
  } finally {
    visit.end();
  }
}

/** The `cpu` backend warns that a faster one should be installed; ours is that one. */
function quietBackend(): MathBackendCPU {
  const backend = new MathBackendCPU();
  Object.assign(backend, { firstUse: false });
  return backend;
}

/** One kernel's stay on the `cpu` backend. */
class Visit {
  readonly #buffers = new Set<unknown>();
  readonly #visitors: TensorInfo[] = [];
  readonly #cpu: MathBackendCPU;
  readonly #backend: OrtBackend;

  constructor(cpu: MathBackendCPU, backend: OrtBackend) {
    this.#cpu = cpu;
    this.#backend = backend;
  }

  /** The same inputs as tensors of the `cpu` backend. */
  lend(inputs: Inputs): Inputs {
    if (inputs === null || inputs === undefined) return inputs;
    if (Array.isArray(inputs)) return inputs.map(input => this.lend(input));
    if (isTensor(inputs)) return this.#lendTensor(inputs);
    const entries = Object.entries(inputs as Readonly<Record<string, Inputs>>);
    return Object.fromEntries(entries.map(([name, input]) => [name, this.lend(input)]));
  }

  /** A result as a tensor of ours. */
  keep(info: TensorInfo): TensorInfo {
    const values = this.#cpu.readSync(info.dataId) as BackendValues;
    // Kernels may return views of what they were given; those are copied.
    const shared = !Array.isArray(values) && this.#buffers.has(values.buffer);
    const result = this.#backend.make(shared ? values.slice() : values, info.shape, info.dtype);
    this.#visitors.push(info);
    return result;
  }

  end(): void {
    for (const info of this.#visitors) this.#cpu.disposeData(info.dataId, true);
  }

  #lendTensor(tensor: TensorInfo): TensorInfo {
    const values = this.#backend.valuesSync(tensor);
    if (!Array.isArray(values)) this.#buffers.add(values.buffer);
    if (tensor.dtype !== 'complex64') return this.#write(values, tensor);
    const parts = backend_util.splitRealAndImagArrays(values as Float32Array);
    const real = this.#write(parts.real, { ...tensor, dtype: 'float32' });
    const imag = this.#write(parts.imag, { ...tensor, dtype: 'float32' });
    const { kernelFunc } = getKernel('Complex', 'cpu');
    const complex = kernelFunc({ inputs: { real, imag }, attrs: {}, backend: this.#cpu });
    this.#visitors.push(complex as TensorInfo);
    return complex as TensorInfo;
  }

  #write(values: BackendValues, { shape, dtype }: TensorInfo): TensorInfo {
    const dataId = this.#cpu.write(values as Float32Array, [...shape], dtype);
    // Some kernels ask for the rank, which tensors have and their descriptions have not.
    const info = { dataId, shape: [...shape], dtype, rank: shape.length };
    this.#visitors.push(info);
    return info;
  }
}

function isTensor(value: object): value is TensorInfo {
  return 'dataId' in value;
}
