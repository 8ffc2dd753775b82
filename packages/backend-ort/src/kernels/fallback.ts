import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  backend_util,
  getKernel,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { BackendValues, OrtBackend } from '../backend';

/** Number of times that each kernel ran in JavaScript because its input has no ONNX form. */
const counts = new Map<string, number>();
let cpu: MathBackendCPU | undefined;

/** Inputs of a kernel: tensors or lists of tensors by name, or a list instead of names. */
type Inputs =
  | TensorInfo
  | null
  | undefined
  | readonly Inputs[]
  | { readonly [name: string]: Inputs };

/**
 * Returns how often each kernel ran in JavaScript, on the `cpu` backend, since the start of the program.
 *
 * @example
 * ```ts
 * // After a prediction: lists the kernels that ran in JavaScript, which may make a model slow.
 * console.table(fallbackCounts());
 * ```
 */
export function fallbackCounts(): Readonly<Record<string, number>> {
  return Object.fromEntries(counts);
}

/** Runs a kernel of `@tensorflow/tfjs-backend-cpu` on values of this backend. */
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

/**
 * The `cpu` backend without its warning that a faster backend should be installed, because this backend is the faster one.
 */
function quietBackend(): MathBackendCPU {
  const backend = new MathBackendCPU();
  Object.assign(backend, { firstUse: false });
  return backend;
}

/** One call of a kernel on the `cpu` backend. */
class Visit {
  readonly #buffers = new Set<unknown>();
  readonly #visitors: TensorInfo[] = [];
  readonly #cpu: MathBackendCPU;
  readonly #backend: OrtBackend;

  constructor(cpu: MathBackendCPU, backend: OrtBackend) {
    this.#cpu = cpu;
    this.#backend = backend;
  }

  /** Converts inputs to tensors of the `cpu` backend. */
  lend(inputs: Inputs): Inputs {
    if (inputs === null || inputs === undefined) return inputs;
    if (Array.isArray(inputs)) return inputs.map(input => this.lend(input));
    if (isTensor(inputs)) return this.#lendTensor(inputs);
    const entries = Object.entries(inputs as Readonly<Record<string, Inputs>>);
    return Object.fromEntries(entries.map(([name, input]) => [name, this.lend(input)]));
  }

  /** Converts a result to a tensor of this backend. */
  keep(info: TensorInfo): TensorInfo {
    const values = this.#cpu.readSync(info.dataId) as BackendValues;
    // Kernels may return views of their inputs, which are copied.
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
    // Some kernels read the rank, which tensors have but their descriptions do not.
    const info = { dataId, shape: [...shape], dtype, rank: shape.length };
    this.#visitors.push(info);
    return info;
  }
}

function isTensor(value: object): value is TensorInfo {
  return 'dataId' in value;
}
