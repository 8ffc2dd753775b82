import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  backend_util,
  type DataType,
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { BackendValues, OrtBackend } from '../backend';

/** How often each kernel ran in JavaScript because it has no ONNX form for what it was given. */
const counts = new Map<string, number>();
let cpu: MathBackendCPU | undefined;

/** Runs per kernel of the `cpu` fallback since the start of the program. */
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
  const { kernelFunc } = getKernel(kernelName, 'cpu');
  const given = new Set<unknown>();
  const copies: NamedTensorInfoMap = {};
  const before = new Map<object, TensorInfo>();
  for (const [name, input] of Object.entries(inputs)) {
    // Optional inputs may be there as null.
    if (input === undefined || input === null) continue;
    const values = backend.valuesSync(input);
    if (!Array.isArray(values)) given.add(values.buffer);
    copies[name] = toCpu(cpu, values, input);
    before.set(copies[name].dataId, copies[name]);
  }
  const result = kernelFunc({ inputs: copies, attrs: attrs ?? {}, backend: cpu });
  const infos = Array.isArray(result) ? result : [result];
  const outputs = infos.map(info => {
    const values = cpu!.readSync(info.dataId) as BackendValues;
    return backend.make(ownValues(values, given), info.shape, info.dtype);
  });
  for (const info of [...before.values(), ...infos]) cpu.disposeData(info.dataId, true);
  return Array.isArray(result) ? outputs : outputs[0]!;
}

/** The `cpu` backend warns that a faster one should be installed; ours is that one. */
function quietBackend(): MathBackendCPU {
  const backend = new MathBackendCPU();
  Object.assign(backend, { firstUse: false });
  return backend;
}

function toCpu(backend: MathBackendCPU, values: BackendValues, info: TensorInfo): TensorInfo {
  if (info.dtype !== 'complex64') {
    const dataId = backend.write(values as Float32Array, info.shape, info.dtype);
    return { dataId, shape: info.shape, dtype: info.dtype };
  }
  const parts = backend_util.splitRealAndImagArrays(values as Float32Array);
  const real = part(backend, parts.real, info.shape);
  const imag = part(backend, parts.imag, info.shape);
  const { kernelFunc } = getKernel('Complex', 'cpu') as KernelConfig;
  const complex = kernelFunc({ inputs: { real, imag }, attrs: {}, backend }) as TensorInfo;
  backend.disposeData(real.dataId, true);
  backend.disposeData(imag.dataId, true);
  return complex;
}

function part(backend: MathBackendCPU, values: Float32Array, shape: number[]): TensorInfo {
  const dtype: DataType = 'float32';
  return { dataId: backend.write(values, shape, dtype), shape, dtype };
}

/** Kernels may return views of what they were given; those are copied. */
function ownValues(values: BackendValues, given: ReadonlySet<unknown>): BackendValues {
  if (Array.isArray(values) || util.isString(values)) return values;
  return given.has(values.buffer) ? values.slice() : values;
}
