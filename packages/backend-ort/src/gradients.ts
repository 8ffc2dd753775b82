import {
  elu,
  engine,
  type GradConfig,
  getGradient,
  type NamedAttrMap,
  registerGradient,
  registerKernel,
  sigmoid,
  type Tensor,
  type TensorInfo,
  tanh,
  util,
} from '@tensorflow/tfjs-core';
import { OrtBackend } from './backend';
import type { GraphNode } from './graph/node';
import type { KernelCall } from './kernels/kernel';
import {
  batchNormGradient,
  batchNormGradientKernel,
  isMeanOf,
  isVarianceOf,
} from './kernels/normalization';
import { eluSlope, sigmoidSlope, tanhSlope } from './kernels/tails';
import { multiply } from './operators/arithmetic';
import { elementwise } from './operators/elementwise';
import { expand } from './operators/shape';
import { vanishing } from './operators/vanishing';

type Gradients = ReturnType<GradConfig['gradFunc']>;
type Form = (
  dy: Tensor,
  saved: Tensor[],
  attrs: NamedAttrMap,
  backend: OrtBackend,
) => Gradients | undefined;

/** A slope that is steep enough: times the smallest normal number, it is above 1. */
const steepest = 3e38;

/** Kernels that exist only in this backend, and that gradients run. */
const gradientKernels: Readonly<
  Record<string, (call: KernelCall<never>) => GraphNode | readonly GraphNode[]>
> = {
  [batchNormGradientKernel]: batchNormGradient,
  // `y` is the output of the ReLU. A steep line, clipped to 0 and 1, is the step function above zero in one pass over
  // memory. ONNX Runtime's choice (`Where`) uses only one thread, and takes two passes because of its boolean condition.
  OrtReluGradient: ({ inputs }: KernelCall) => {
    const above = elementwise('HardSigmoid', [inputs.y!], {
      alpha: { float: steepest },
      beta: { float: 0 },
    });
    return multiply(inputs.dy!, above);
  },
  OrtSigmoidGradient: ({ inputs }: KernelCall) => multiply(inputs.dy!, sigmoidSlope(inputs.x!)),
  OrtTanhGradient: ({ inputs }: KernelCall) => multiply(inputs.dy!, tanhSlope(inputs.x!)),
  OrtEluGradient: ({ inputs }: KernelCall) => multiply(inputs.dy!, eluSlope(inputs.x!)),
  OrtExpand: ({ inputs, attrs }: KernelCall<{ shape: number[] }>) => expand(inputs.x!, attrs.shape),
  OrtVanishing: ({ attrs }: KernelCall<{ shape: number[] }>) => vanishing(attrs.shape),
};

function run(name: string, inputs: Record<string, Tensor>, attrs: NamedAttrMap = {}): Tensor {
  return engine().runKernel(name, inputs, attrs);
}

/** The gradient of a sum or a mean is the same number everywhere, but tfjs multiplies it with a tensor of ones. */
function spread(share: (count: number) => number): Form {
  return (dy, [x], attrs) => {
    const axes = util.parseAxisParam(attrs.axis as number[], x!.shape);
    const kept = x!.shape.map((length, i) => (axes.includes(i) ? 1 : length));
    const count = util.sizeFromShape(x!.shape) / util.sizeFromShape(kept);
    return {
      x: () => {
        const scaled = share(count) === 1 ? dy : scaledBy(dy, share(count));
        return run(
          'OrtExpand',
          { x: run('Reshape', { x: scaled }, { shape: kept }) },
          { shape: x!.shape },
        );
      },
    };
  };
}

function scaledBy(x: Tensor, factor: number): Tensor {
  const b = run('Fill', {}, { shape: [], value: factor, dtype: 'float32' });
  return run('Multiply', { a: x, b });
}

interface Own {
  readonly saves?: Partial<GradConfig>;
  readonly form: Form;
  /** Converts the saved tensors for tfjs's own gradient. Default: unchanged. */
  readonly original?: (saved: Tensor[]) => Tensor[];
}

/** A gradient by a kernel that needs the input, while tfjs's own gradient needs the output. */
function ofInput(kernel: string, output: (x: Tensor) => Tensor): Own {
  return {
    saves: { inputsToSave: ['x'], outputsToSave: [] },
    form: (dy, [x]) => ({ x: () => run(kernel, { dy, x: x! }) }),
    original: ([x]) => [output(x!)],
  };
}

/** Gradients that take fewer passes over memory than those of tfjs. Each may decline; then the gradient of tfjs runs. */
const forms: Readonly<Record<string, Own>> = {
  Sum: { form: spread(() => 1) },
  Mean: { form: spread(count => 1 / count) },
  Relu: {
    // Tfjs keeps the input until the gradient is computed. The output has the same information, and is needed anyway.
    saves: { inputsToSave: [], outputsToSave: [true] },
    form: (dy, [y]) => ({ x: () => run('OrtReluGradient', { dy, y: y! }) }),
  },
  FusedBatchNorm: { form: batchNorm },
  // Tfjs computes these from the output. Near 1, subtracting the output from 1 leaves no digits.
  Sigmoid: ofInput('OrtSigmoidGradient', sigmoid),
  Tanh: ofInput('OrtTanhGradient', tanh),
  Elu: ofInput('OrtEluGradient', elu),
};

function batchNorm(
  dy: Tensor,
  saved: Tensor[],
  attrs: NamedAttrMap,
  backend: OrtBackend,
): Gradients | undefined {
  const [x, mean, variance, scale] = saved as [Tensor, Tensor, Tensor, Tensor?];
  const channels = x.shape.at(-1);
  const perChannel = [mean, variance, scale].every(
    part => part === undefined || part === null || (part.rank === 1 && part.size === channels),
  );
  if (!perChannel || x.rank < 2) return undefined;
  const ofBatch = isOfBatch(backend, x, mean, variance);
  const inputs = { dy, x, mean, variance, ...(scale && { scale }) };
  const { varianceEpsilon } = attrs as { varianceEpsilon: number };
  const by = (input: string) => () =>
    run(batchNormGradientKernel, inputs, { varianceEpsilon, ofBatch, by: input });
  const none = (of: Tensor) => () => run('OrtVanishing', {}, { shape: of.shape });
  const gradients: Gradients = { x: by('x'), scale: by('scale'), offset: by('offset') };
  // The gradient of x already includes its influence through its own mean and variance.
  if (ofBatch) return { ...gradients, mean: none(mean), variance: none(variance) };
  const original = originals.get('FusedBatchNorm')!(dy, saved, attrs);
  return { ...gradients, mean: original.mean!, variance: original.variance! };
}

/** Whether mean and variance were computed from `x`, and within the function that is differentiated. */
function isOfBatch(backend: OrtBackend, x: Tensor, mean: Tensor, variance: Tensor): boolean {
  const node = backend.node(x);
  if (!isMeanOf(backend.node(mean), node) || !isVarianceOf(backend.node(variance), node))
    return false;
  const made = meansOf(engine().state.activeTape ?? []);
  return made.has(mean.dataId) && made.has(variance.dataId);
}

type Tape = NonNullable<ReturnType<typeof engine>['state']['activeTape']>;

const searched = new WeakMap<Tape, { length: number; means: ReadonlySet<object> }>();

/** The data of the means on a tape. A backward pass needs them for each of its batch norms. */
function meansOf(tape: Tape): ReadonlySet<object> {
  const known = searched.get(tape);
  // A different length means that the tape has grown.
  if (known?.length === tape.length) return known.means;
  const means = new Set<object>();
  for (const { kernelName, outputs } of tape)
    if (kernelName === 'Mean') means.add(outputs[0]!.dataId);
  searched.set(tape, { length: tape.length, means });
  return means;
}

const originals = new Map<string, GradConfig['gradFunc']>();

/** Registers the kernels that these gradients run. */
export function registerGradientKernels(backendName: string): void {
  for (const [kernelName, build] of Object.entries(gradientKernels)) {
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const ort = backend as OrtBackend;
        const named: Record<string, GraphNode> = {};
        for (const name in inputs) named[name] = ort.node(inputs[name] as TensorInfo);
        const call: KernelCall = { inputs: named, list: [], attrs: attrs ?? {} };
        const nodes = build(call as KernelCall<never>);
        return Array.isArray(nodes) ? ort.tensors(nodes) : ort.tensors([nodes as GraphNode])[0]!;
      },
    });
  }
}

/**
 * Replaces tfjs's gradients by those of this backend. All backends share their gradients; so on another backend, and for
 * gradients of gradients, tfjs's own are called. This happens when the backend starts, because tfjs registers its gradients
 * on import.
 */
export function installGradients(): void {
  for (const [kernelName, { saves, form, original }] of Object.entries(forms)) {
    const config = getGradient(kernelName);
    if (config === undefined || originals.get(kernelName) === config.gradFunc) continue;
    if (installed.has(config)) continue;
    originals.set(kernelName, config.gradFunc);
    const own: GradConfig = {
      ...config,
      ...saves,
      gradFunc: (dy, saved, attrs) => {
        const { backend, state } = engine();
        // Inside an outer gradient the tape continues, and our kernels have no gradients themselves.
        const first = state.gradientDepth === 0 && backend instanceof OrtBackend;
        const tensor = dy as Tensor;
        const gradients = first ? form(tensor, saved, attrs, backend) : undefined;
        return gradients ?? config.gradFunc(dy, original?.(saved) ?? saved, attrs);
      },
    };
    installed.add(own);
    registerGradient(own);
  }
}

const installed = new Set<GradConfig>();
