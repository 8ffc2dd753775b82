import {
  getKernelsForBackend,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend';
import { type GraphNode, kernelScope } from '../graph/node';
import { runFallback } from './fallback';
import type { KernelCall, Translation } from './kernel';
import { translations } from './translations';

/** How each tfjs kernel runs on the backend. */
export interface KernelCoverage {
  /** Kernels with an ONNX form. For dtypes or attributes without one, they also run in JavaScript. */
  readonly onnx: readonly string[];
  /** Kernels that share or rearrange data without computing. */
  readonly view: readonly string[];
  /** Kernels that always run in JavaScript, on the `cpu` backend. */
  readonly cpu: readonly string[];
}

const views: Readonly<Record<string, KernelFunc>> = {
  Identity: ({ inputs, backend }) => ortOf(backend).share(inputs.x!, inputs.x!.shape),
  Reshape: ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const size = util.sizeFromShape(x.shape);
    const shape = util.inferFromImplicitShape(attrs!.shape as number[], size);
    util.assert(
      size === util.sizeFromShape(shape),
      () =>
        `The new shape (${shape}) has ${util.sizeFromShape(shape)} elements and the old shape (${x.shape}) has ${size} elements. The new shape and old shape must have the same number of elements.`,
    );
    return ortOf(backend).share(x, shape);
  },
  ExpandDims: ({ inputs, attrs, backend }) => {
    const x = inputs.input!;
    const dim = attrs!.dim as number;
    util.assert(-(x.shape.length + 1) <= dim, () => {
      return `Axis must be in the interval [${-(x.shape.length + 1)}, ${x.shape.length}]`;
    });
    const at = dim < 0 ? x.shape.length + dim + 1 : dim;
    return ortOf(backend).share(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
  },
};

/** Registers all kernels of the `cpu` backend, and the additional kernels of this package, for a backend name. */
export function registerKernels(backendName: string): void {
  const coverage = kernelCoverage();
  const register = (kernelName: string, kernelFunc: KernelFunc): void => {
    registerKernel({ kernelName, backendName, kernelFunc });
  };
  for (const name of coverage.view) register(name, views[name]!);
  for (const name of coverage.onnx) register(name, translated(name, translations[name]!));
  for (const name of coverage.cpu) {
    register(name, ({ inputs, attrs, backend }) =>
      runFallback(name, inputs, attrs, ortOf(backend)),
    );
  }
}

/**
 * Lists which kernels run as ONNX, which only share data, and which run in JavaScript.
 *
 * @example
 * ```ts
 * const { onnx, cpu } = kernelCoverage();
 * onnx.includes('Conv2D'); // true
 * cpu.includes('NonMaxSuppressionV3'); // true: it runs in JavaScript
 * ```
 */
export function kernelCoverage(): KernelCoverage {
  const fallback = getKernelsForBackend('cpu').map(config => config.kernelName);
  const onnx = Object.keys(translations).sort();
  const view = Object.keys(views).sort();
  const known = new Set([...onnx, ...view]);
  return { onnx, view, cpu: fallback.filter(name => !known.has(name)).sort() };
}

function translated(name: string, translation: Translation): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const ort = ortOf(backend);
    const nodes = translate(name, translation, inputs, attrs, ort);
    if (nodes === undefined) return runFallback(name, inputs, attrs, ort);
    const single = !Array.isArray(nodes);
    const tensors = ort.tensors(single ? [nodes as GraphNode] : (nodes as readonly GraphNode[]));
    return single ? tensors[0]! : tensors;
  };
}

function translate(
  name: string,
  translation: Translation,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  backend: OrtBackend,
): GraphNode | readonly GraphNode[] | undefined {
  const given: [string, TensorInfo][] = [];
  for (const key in inputs) {
    const input = inputs[key];
    if (input === undefined || input === null) continue;
    if (input.dtype === 'complex64' || input.dtype === 'string') return undefined;
    given.push([key, input]);
  }
  const outer = kernelScope.current;
  kernelScope.current = name;
  try {
    const named: Record<string, GraphNode> = {};
    const list: GraphNode[] = [];
    for (const [key, input] of given) {
      const node = backend.node(input);
      named[key] = node;
      list.push(node);
    }
    const call: KernelCall = { inputs: named, list, attrs: attrs ?? {} };
    const nodes = translation(call as KernelCall<never>);
    return nodes !== undefined && isComputable(nodes, list) ? nodes : undefined;
  } finally {
    kernelScope.current = outer;
  }
}

/** Whether all tensors are non-empty. The fallback handles empty tensors, because ONNX operators treat them differently. */
function isComputable(
  nodes: GraphNode | readonly GraphNode[],
  inputs: readonly GraphNode[],
): boolean {
  const outputs = Array.isArray(nodes) ? nodes : [nodes];
  return [...inputs, ...outputs].every(node => node.size > 0);
}

function ortOf(backend: unknown): OrtBackend {
  return backend as OrtBackend;
}
