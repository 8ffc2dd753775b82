/**
 * Runs the conformance suite that tfjs-core publishes.
 *
 *     npm run conformance              # this backend, compared with its list of exceptions
 *     npm run conformance -- cpu       # another backend, for comparison: cpu, wasm, or tensorflow with TFJS_NODE=<folder of tfjs-node>
 *     npm run conformance -- ort --grep=conv2d
 */
import { createRequire } from 'node:module';
import { type Backend, backends, bundleSuite } from './bundle';
import listed from './exceptions.json' with { type: 'json' };

interface SpecResult {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  readonly failedExpectations: readonly { readonly message: string }[];
}

/** Specs that are known to fail, by full name, and why. */
const exceptions: readonly { readonly spec: string; readonly reason: string }[] = listed;
const require = createRequire(import.meta.url);
const flags = process.argv.slice(2);
const backend = (flags.find(flag => !flag.startsWith('--')) ?? 'ort') as Backend;
const grep = flags.find(flag => flag.startsWith('--grep='))?.slice(7);
if (!backends.includes(backend)) {
  throw new Error(
    `'${backend}' is not a backend of this suite. Use one of ${backends.join(', ')}.`,
  );
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const file = await bundleSuite(backend);

const jasmine = require('jasmine-core').boot();
const environment = jasmine.getEnv();
const results: SpecResult[] = [];
environment.configure({
  random: false,
  ...(grep && {
    specFilter: (spec: { getFullName(): string }) => spec.getFullName().includes(grep),
  }),
});
environment.addReporter({ specDone: (result: SpecResult) => results.push(result) });
// The suite's warnings about deprecated functions and missing graphics cards are irrelevant here.
for (const level of ['log', 'warn', 'error'] as const) console[level] = () => undefined;
require(file);
await environment.execute();

const passed = results.filter(result => result.status === 'passed');
const failed = results.filter(result => result.status === 'failed');
const skipped = results.length - passed.length - failed.length;
const problems = backend === 'ort' ? heldAgainstExceptions() : [];
if (backend !== 'ort' || grep !== undefined) {
  for (const spec of failed)
    say(`failed: ${spec.fullName}\n    ${spec.failedExpectations[0]?.message.slice(0, 300)}`);
}
for (const problem of problems) say(problem);
say(`${backend}: ${passed.length} passed, ${failed.length} failed, ${skipped} skipped`);
// Not `process.exit`, which would cut off what a pipe has not taken yet.
process.exitCode = problems.length > 0 ? 1 : 0;

function heldAgainstExceptions(): string[] {
  const known = new Map(exceptions.map(exception => [exception.spec, exception.reason]));
  const unknown = failed
    .filter(spec => !known.has(spec.fullName))
    .map(
      spec => `failed: ${spec.fullName}\n    ${spec.failedExpectations[0]?.message.slice(0, 300)}`,
    );
  if (grep !== undefined) return unknown;
  const failing = new Set(failed.map(spec => spec.fullName));
  const stale = [...known.keys()]
    .filter(spec => !failing.has(spec))
    .map(spec => `listed as an exception, but it passes or does not exist: ${spec}`);
  return [...unknown, ...stale];
}
