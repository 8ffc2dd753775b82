/** Functions of tfjs kernels in float64, and their derivatives. */
export interface Reference {
  readonly value: (x: number) => number;
  readonly slope?: (x: number) => number;
  /** Where it is asked for; default everywhere. */
  readonly domain?: (x: number) => boolean;
  /** Greatest error, in units in the last place of float32. Default 8. */
  readonly ulps?: number;
}

const near = (x: number) => Math.abs(x) <= 1e4;
const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** The error function: its series near zero, a continued fraction further out. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 2.5) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
    return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
  }
  let term = a;
  let sum = a;
  for (let n = 1; n < 100; n++) {
    term *= (-a * a) / n;
    sum += term / (2 * n + 1);
  }
  return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
}

export const references: Readonly<Record<string, Reference>> = {
  Abs: { value: Math.abs, ulps: 0 },
  Acos: { value: Math.acos, slope: x => -1 / Math.sqrt(1 - x * x) },
  Acosh: { value: Math.acosh, slope: x => 1 / Math.sqrt(x * x - 1) },
  Asin: { value: Math.asin, slope: x => 1 / Math.sqrt(1 - x * x) },
  Asinh: { value: Math.asinh, slope: x => 1 / Math.sqrt(x * x + 1) },
  Atan: { value: Math.atan, slope: x => 1 / (x * x + 1) },
  Atanh: { value: Math.atanh, slope: x => 1 / (1 - x * x) },
  Ceil: { value: Math.ceil, ulps: 0 },
  Cos: { value: Math.cos, slope: x => -Math.sin(x), domain: near },
  Cosh: { value: Math.cosh, slope: Math.sinh },
  Elu: { value: x => (x >= 0 ? x : Math.expm1(x)), slope: x => Math.exp(Math.min(x, 0)) },
  Erf: { value: erf, slope: x => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) },
  Exp: { value: Math.exp, slope: Math.exp },
  Expm1: { value: Math.expm1, slope: Math.exp },
  Floor: { value: Math.floor, ulps: 0 },
  Log: { value: Math.log, slope: x => 1 / x },
  Log1p: { value: Math.log1p, slope: x => 1 / (1 + x) },
  Neg: { value: x => -x, ulps: 0 },
  Reciprocal: { value: x => 1 / x, slope: x => -1 / (x * x) },
  Relu: { value: x => Math.max(x, 0), ulps: 0 },
  Relu6: { value: x => Math.min(Math.max(x, 0), 6), ulps: 0 },
  Rsqrt: { value: x => 1 / Math.sqrt(x), slope: x => -0.5 / (x * Math.sqrt(x)) },
  Selu: {
    value: x => seluScale * (x >= 0 ? x : seluAlpha * Math.expm1(x)),
    slope: x => seluScale * (x > 0 ? 1 : seluAlpha * Math.exp(x)),
  },
  Sigmoid: { value: sigmoid, slope: x => sigmoid(x) * sigmoid(-x) },
  Sign: { value: Math.sign, ulps: 0 },
  Sin: { value: Math.sin, slope: Math.cos, domain: near },
  Sinh: { value: Math.sinh, slope: Math.cosh },
  Softplus: { value: softplus, slope: sigmoid },
  Sqrt: { value: Math.sqrt, slope: x => 0.5 / Math.sqrt(x) },
  Square: { value: x => x * x, slope: x => 2 * x },
  Tan: { value: Math.tan, slope: x => 1 / Math.cos(x) ** 2, domain: near },
  Tanh: { value: Math.tanh, slope: x => 1 / Math.cosh(x) ** 2 },
};

export const pairReferences: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  FloorDiv: (a, b) => Math.floor(a / b),
  Maximum: Math.max,
  Minimum: Math.min,
  Mod: (a, b) => {
    const remainder = a % b;
    return remainder !== 0 && a < 0 !== b < 0 ? remainder + b : remainder;
  },
  Multiply: (a, b) => a * b,
  Pow: (a, b) => a ** b,
  RealDiv: (a, b) => a / b,
  SquaredDifference: (a, b) => Math.fround(a - b) ** 2,
  Sub: (a, b) => a - b,
};

const smallest = 2 ** -126;
export const largest = 3.4028234663852886e38;

/** Whether a float64 is a normal number in float32. */
export const isNormal = (x: number): boolean => Math.abs(x) >= smallest && Math.abs(x) <= largest;

/** The distance of two float32 numbers beside a number. */
export function unitOf(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23);
}

/**
 * Numbers all over float32: every exponent, both signs, subnormal numbers, next to 1 and to powers of two, multiples of a
 * quarter turn, and two even grids.
 */
export function sweep(perExponent = 60): Float32Array {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  const numbers: number[] = [];
  for (let exponent = 0; exponent < 255; exponent++) {
    for (let i = 0; i < perExponent; i++) {
      const special = [0, 1, 0x7fffff, 0x400000][i];
      const mantissa = special ?? Math.imul(i * 256 + exponent, 2654435761) >>> 9;
      bits[0] = (exponent << 23) | mantissa;
      numbers.push(float[0]!, -float[0]!);
    }
  }
  for (let i = -8000; i < 8000; i++) numbers.push(i / 400, i / 80);
  for (let i = -500; i < 500; i++) numbers.push(1 + i * 2 ** -23, -1 + i * 2 ** -23);
  for (let i = -3000; i < 3000; i++) numbers.push((i * Math.PI) / 2, i * 3.3331);
  return Float32Array.from(numbers);
}
