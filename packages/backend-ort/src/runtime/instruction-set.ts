/** Names of instructions by which kernels for numbers are chosen, as Linux has them: x86 and ARM. */
const vectorInstructions = /^(sse4|avx|fma|f16c|amx|asimd|fphp|sve|sme|i8mm|bf16)[a-z0-9_]*$/;

/**
 * What the processor computes with, which decides the kernels of native runtimes and so the last bits of their results:
 * `x64 avx avx2 fma`. Elsewhere than on Linux the processor's name stands for its instructions; outside Node it is empty.
 *
 * @example
 * ```ts
 * const cacheKey = `features ${instructionSet()}`; // other processors give other last bits
 * ```
 */
export function instructionSet(): string {
  if (typeof process === 'undefined' || process.getBuiltinModule === undefined) return '';
  const { arch, platform } = process;
  if (platform !== 'linux') {
    const models = process
      .getBuiltinModule('node:os')
      .cpus()
      .map(({ model }) => model.trim());
    return [arch, ...new Set(models)].join(' ');
  }
  return `${arch} ${vectorsOf(process.getBuiltinModule('node:fs').readFileSync('/proc/cpuinfo', 'utf8'))}`;
}

/** The vector instructions that a `/proc/cpuinfo` names, in order of the alphabet. */
export function vectorsOf(cpuinfo: string): string {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  return [...new Set(line.split(/\s+/))]
    .filter(flag => vectorInstructions.test(flag))
    .sort()
    .join(' ');
}
