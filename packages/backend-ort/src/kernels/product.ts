import type { GraphNode } from '../graph/node';
import { add } from '../operators/arithmetic';
import { matMul } from '../operators/product';
import { reshape } from '../operators/shape';
import { activate } from './arithmetic';
import type { KernelCall, Translations } from './kernel';

interface ProductAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface FusedAttrs extends ProductAttrs {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

/** A product of matrices. Batches of one matrix become plain matrices, for which there is a faster operator. */
function product(a: GraphNode, b: GraphNode, attrs: ProductAttrs, bias?: GraphNode): GraphNode {
  const { transposeA, transposeB } = attrs;
  const inner = a.shape.at(transposeA ? -2 : -1);
  if (a.rank < 2 || b.rank < 2 || inner !== b.shape.at(transposeB ? -1 : -2)) {
    throw new Error(
      `matMul: [${a.shape}]${transposeA ? ' transposed' : ''} and [${b.shape}]${transposeB ? ' transposed' : ''} do not multiply; ` +
        'the first must have as many columns as the second has rows.',
    );
  }
  const single = (x: GraphNode): boolean =>
    x.rank > 2 && x.shape.slice(0, -2).every(length => length === 1);
  if (single(a) && single(b)) {
    const matrix = (x: GraphNode): GraphNode => reshape(x, x.shape.slice(-2));
    const y = product(matrix(a), matrix(b), attrs, bias);
    const batch = Math.max(a.rank, b.rank) - 2;
    return reshape(y, [...Array<number>(batch).fill(1), ...y.shape]);
  }
  return matMul(a, b, { transposeA, transposeB, ...(bias === undefined ? {} : { bias }) });
}

const floats = ({ inputs }: { inputs: KernelCall['inputs'] }): boolean =>
  Object.values(inputs).every(input => input.dtype === 'float32');

export const productKernels: Translations = {
  BatchMatMul: ({ inputs, attrs }: KernelCall<ProductAttrs>) =>
    floats({ inputs }) ? product(inputs.a!, inputs.b!, attrs) : undefined,
  _FusedMatMul: ({ inputs, attrs }: KernelCall<FusedAttrs>) => {
    const { bias, preluActivationWeights: weights } = inputs;
    if (!floats({ inputs })) return undefined;
    const fits = bias !== undefined && bias.rank <= 1;
    let y = product(inputs.a!, inputs.b!, attrs, fits ? bias : undefined);
    if (bias !== undefined && !fits) y = add(y, bias);
    return activate(y, attrs.activation, attrs, weights);
  },
};
