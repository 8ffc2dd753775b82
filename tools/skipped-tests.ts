import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { executable, howToGetChromium } from './chromium/executable.ts';

/** Prints at the end of a run which tests were skipped, and how to run those that need a browser. */
export class SkippedTests implements Reporter {
  #vitest?: Vitest;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Someone who selects tests by name knows that the other tests do not run.
    if (this.#vitest?.config.testNamePattern) return;
    const skipped = modules.flatMap(module => {
      const count = [...module.children.allTests('skipped')].length;
      return count > 0 ? [`  ${module.relativeModuleId}: ${count}`] : [];
    });
    if (skipped.length === 0) return;
    const hint = executable === undefined ? `\nNo Chromium was found. ${howToGetChromium}` : '';
    // This comes after the test runner's own summary.
    process.once('exit', () =>
      process.stderr.write(`\nTests that were not run:\n${skipped.join('\n')}${hint}\n`),
    );
  }
}
