import type { Reporter } from 'vitest/node';

export class SkippedTests implements Reporter {
  onInit: NonNullable<Reporter['onInit']>;
  onTestRunEnd: NonNullable<Reporter['onTestRunEnd']>;
}
