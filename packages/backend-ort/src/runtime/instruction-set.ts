/** Names of vector instructions by which numeric kernels are chosen, as Linux spells them for x86 and ARM. */
const vectorInstructions = /^(sse4|avx|fma|f16c|amx|asimd|fphp|sve|sme|i8mm|bf16)[a-z0-9_]*$/;

/**
 * The vector instructions of the processor, for example `x64 avx avx2 fma`. They decide which kernels a native runtime
 * uses, and so the last bits of its results. On systems other than Linux, the processor's name is returned instead; outside
 * Node, the text is empty.
 *
 * @example
 * ```ts
 * const cacheKey = `features ${instructionSet()}`; // results on other processors may differ in their last bits
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

/** The vector instructions that a `/proc/cpuinfo` lists, in alphabetical order. */
export function vectorsOf(cpuinfo: string): string {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  return [...new Set(line.split(/\s+/))]
    .filter(flag => vectorInstructions.test(flag))
    .sort()
    .join(' ');
}
